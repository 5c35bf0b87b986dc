export const priceOf = (share) => 10 + ((share.number * 7) % 23) / 2;
