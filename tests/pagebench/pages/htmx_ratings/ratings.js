const ratings = [];

export class Rating {
  constructor(element) {
    this.element = element;
    this.stars = Number(element.dataset.stars);
  }
}

export function prepareRatings(content) {
  for (const element of content.querySelectorAll('.rating')) ratings.push(new Rating(element));
}

export function averageStars() {
  return ratings.reduce((sum, rating) => sum + rating.stars, 0) / ratings.length;
}
