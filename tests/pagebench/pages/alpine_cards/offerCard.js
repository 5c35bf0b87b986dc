export function offerCard() {
  return {
    init() {
      this.$store.seen.articles.push(this.$root);
    },
  };
}
