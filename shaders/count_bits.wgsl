// include: step
// How many values of a sign layer are +1: counts[slot][place] += bits set in the rows that belong to images of the batch; what is absent
// (PRESENCE) is not counted. Whole numbers: in whichever order they are added, the sum is the same.
// bits, presence: [rows][words]; counts: [slots][places], which the host clears before. One workgroup counts 4096 words.
// dispatch: x = ceil(rows * words / 4096)
// split: rows of bits, presence; from first_row

override PRESENCE: bool = false;

struct Params {
  rows: u32,
  words: u32,
  positions: u32, // rows of one image
  places: u32,
  place: u32,
  first_row: u32, // of this piece, where the launch is split
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<uniform> step: Step;
@group(0) @binding(2) var<storage, read> bits: array<u32>;
@group(0) @binding(3) var<storage, read> presence: array<u32>;
@group(0) @binding(4) var<storage, read_write> counts: array<atomic<u32>>;

var<workgroup> total: atomic<u32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let images = max(step.rows * params.positions, params.first_row) - params.first_row;
  let end = min(min(params.rows, images) * params.words, (group.x + 1) * 4096);
  var sum = 0u;
  for (var i = group.x * 4096 + lane; i < end; i += 64) {
    var word = bits[i];
    if (PRESENCE) { word &= presence[i]; }
    sum += countOneBits(word);
  }
  atomicAdd(&total, sum);
  workgroupBarrier();
  if (lane == 0) { atomicAdd(&counts[step.slot * params.places + params.place], atomicLoad(&total)); }
}
