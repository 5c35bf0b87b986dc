// Server-side rendering with one client: each page watches its query, reads what is cached, and
// never subscribes.

import { ApolloClient, ApolloLink, InMemoryCache, Observable, gql } from '@apollo/client/core/index.js';

const OFFER = gql`
  query Offer($number: Int!) {
    offer(number: $number)
  }
`;

const upstream = new ApolloLink(({ variables }) =>
  Observable.of({ data: { offer: variables.number } }),
);
const client = new ApolloClient({ ssrMode: true, cache: new InMemoryCache(), link: upstream });

function renderOffer(number) {
  const query = client.watchQuery({ query: OFFER, variables: { number: number % 3 } });
  const { data } = query.getCurrentResult();
  return data?.offer ?? 'loading';
}

export async function work(number) {
  return renderOffer(number);
}
