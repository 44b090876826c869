// include: patch_bytes
// mismatches[u][quad - first]: in how many taps inside the picture distinct filter u differs from the patch of its map, a byte a row.
// patches: [maps][groups][quads]; inside: [groups][quads] (patch_bytes.wgsl); map_of: [distinct], the map of each filter;
// filters: [distinct][groups], each byte of taps four times in a word; mismatches: [distinct][quads of this chunk].
// One invocation owns a quad of 8 filters.
// split: none
// dispatch: x = ceil(chunk / 64), y = ceil(distinct / 8)

struct Params {
  distinct: u32,
  groups: u32,
  quads: u32,
  first: u32,
  chunk: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> patches: array<u32>;
@group(0) @binding(2) var<storage, read> inside: array<u32>;
@group(0) @binding(3) var<storage, read> map_of: array<u32>;
@group(0) @binding(4) var<storage, read> filters: array<u32>;
@group(0) @binding(5) var<storage, read_write> mismatches: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(workgroup_id) group: vec3<u32>) {
  let quad = params.first + id.x;
  if (id.x >= params.chunk || quad >= params.quads) { return; }
  let end = min(params.distinct, 8 * group.y + 8);
  for (var u = 8 * group.y; u < end; u++) {
    let start = map_of[u] * params.groups;
    var sum = 0u;
    for (var g = 0u; g < params.groups; g++) {
      sum += byte_counts((patches[(start + g) * params.quads + quad] ^ filters[u * params.groups + g]) & inside[g * params.quads + quad]);
    }
    mismatches[u * params.chunk + id.x] = sum;
  }
}
