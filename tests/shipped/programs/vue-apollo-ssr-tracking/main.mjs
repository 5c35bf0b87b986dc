// Server-side rendering of a page with a query and a sign while it loads, an application for each request.

import { ApolloClient, ApolloLink, InMemoryCache, Observable, gql } from '@apollo/client/core/index.js';
import { DefaultApolloClient, useQuery, useQueryLoading } from '@vue/apollo-composable';
import { createSSRApp, h } from 'vue';
import { renderToString } from 'vue/server-renderer';

const PRODUCTS = gql`
  query Products {
    products
  }
`;

const upstream = new ApolloLink(() => Observable.of({ data: { products: ['tea', 'coffee'] } }));

const Page = {
  setup() {
    const { result } = useQuery(PRODUCTS);
    const loading = useQueryLoading();
    return () => h('ul', { 'aria-busy': loading.value }, (result.value?.products ?? []).map((name) => h('li', name)));
  },
};

export async function work(number) {
  const client = new ApolloClient({ ssrMode: true, link: upstream, cache: new InMemoryCache() });
  const app = createSSRApp({ render: () => h('main', { id: `request-${number}` }, h(Page)) });
  app.provide(DefaultApolloClient, client);
  const html = await renderToString(app);
  client.stop();
  return html.length;
}
