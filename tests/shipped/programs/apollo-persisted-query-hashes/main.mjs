// Server-side rendering: a client for each request, with a link for persisted queries.

import { createHash } from 'node:crypto';
import { ApolloClient, ApolloLink, InMemoryCache, Observable, gql } from '@apollo/client/core/index.js';
import { createPersistedQueryLink } from '@apollo/client/link/persisted-queries/index.js';

const PRODUCT = gql`
  query Product($number: Int!) {
    product(number: $number)
  }
`;

const upstream = new ApolloLink(({ variables }) =>
  Observable.of({ data: { product: `product ${variables.number}` } }),
);

const sha256 = (query) => createHash('sha256').update(query).digest('hex');

export async function work(number) {
  const client = new ApolloClient({
    ssrMode: true,
    cache: new InMemoryCache(),
    link: createPersistedQueryLink({ sha256 }).concat(upstream),
  });
  const { data } = await client.query({ query: PRODUCT, variables: { number: number % 3 } });
  client.stop();
  return data.product.length;
}
