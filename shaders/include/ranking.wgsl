// What a row of scores says about its label. Of equal scores the lowest class wins; a NaN never counts as right.
struct Ranking {
  predicted: u32, // the winning class
  rank: u32,      // how many classes stand before the label: 0 is right, below 5 is right by top-5
}

fn ranking(first: u32, classes: u32, label: u32) -> Ranking {
  let score = scores[first + label];
  var best = 0u;
  var rank = 0u;
  for (var c = 0u; c < classes; c++) {
    let other = scores[first + c];
    if (other > scores[first + best]) { best = c; }
    if (c < label && !(other < score)) { rank++; }
    if (c > label && !(other <= score)) { rank++; }
  }
  return Ranking(best, rank);
}
