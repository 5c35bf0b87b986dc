class Visit { constructor(i) { this.page = `/pages/${i}`; } }
const visits = [];
function unit(i) { visits.push(new Visit(i)); }
