import { ApolloClient, ApolloLink, InMemoryCache, gql } from '@apollo/client';
import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { of } from 'rxjs';

export async function queries() {
  const client = new QueryClient();
  await client.fetchQuery({ queryKey: ['a'], queryFn: () => 1 });
  const observer = new QueryObserver(client, { queryKey: ['a'], queryFn: () => 1 });
  const link = new ApolloLink(() => of({ data: { a: 1 } }));
  const apollo = new ApolloClient({ cache: new InMemoryCache(), link });
  const watched = apollo.watchQuery({ query: gql`{ a }` });
  return {
    'tanstack-client': client,
    'tanstack-cache': client.getQueryCache(),
    'tanstack-query': client.getQueryCache().getAll()[0],
    'tanstack-observer': observer,
    'apollo-client': apollo,
    'apollo-cache': apollo.cache,
    'apollo-query': watched,
  };
}
