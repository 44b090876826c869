enable subgroups;
// include: carry_save
// include: conv
// y[m][n] = K_eff(m) - 2 * mismatches  (i32): xnor_conv_block in other words, for lavapipe. MASKED: inputs whose mask bit is 0 are
// skipped; else mask is bound but not read.
// a, mask: [input rows][words] u32; w: [taps][words][outputs] u32; y: [rows][outputs] i32. Tail bits are 0 in a, mask and w.
// The plan of xnor_gemm_stationary over the words of all taps: a workgroup (one subgroup of 8) holds 36 words x 32 outputs of w in
// private memory (nine taps of 128 channels; deeper layers repeat that and add to y; with less FEEDS it holds 8 words for each
// of them: 16 suit nine taps of 32 channels, 24 those of 64) and runs over ROWS rows; each lane
// loads another word of the row, spread by subgroupBroadcast, and carry-save addition counts the mismatches. A mask of
// presence zeroes the words of taps outside the picture: leaving it out for inner rows, by a branch, is no faster.
// 2026-11-23, llvmpipe (Mesa 25.0.7, 256 bits, 2 cores, time of its threads): 8 images, 128 channels at 32 x 32 to 512 at 8 x 8, at 846 to
// 810 GOP/s against 29 to 27 for f32_conv_subgroup8; xnor_conv_block is ten times slower.
// dispatch: x = ceil(outputs / 32), y = ceil(rows / ROWS)
// split: images of a, mask, y
// requires: subgroups 8

override ROWS: u32 = 128;
override FEEDS: u32 = 5;
override MASKED: bool = false;

@group(0) @binding(1) var<storage, read> a: array<u32>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read> w: array<u32>;
@group(0) @binding(4) var<storage, read_write> y: array<i32>;

// The word of its row that a lane loads: where its tap lies in the picture, and how far from the window's corner.
struct Source {
  used: bool,
  ky: u32,
  kx: u32,
  offset: u32,
  word: u32,
}

fn source(k: u32, used: bool) -> Source {
  let tap = k / params.words;
  let word = k % params.words;
  let ky = tap / params.kernel;
  let kx = tap % params.kernel;
  return Source(used && ky < params.kernel, ky, kx, (ky * params.width + kx) * params.words + word, word);
}

// Bits of a word that count: none outside the picture.
fn present(place: Source, corner: vec3<u32>) -> u32 {
  let inside = place.used && corner.y + place.ky < params.height && corner.z + place.kx < params.width;
  if (MASKED) { return select(0u, mask[select(0u, corner.x + place.offset, inside)], inside); }
  let left = params.channels - 32 * place.word;
  return select(0u, select((1u << (left & 31)) - 1, 0xffffffffu, left >= 32), inside);
}

fn load(place: Source, corner: vec3<u32>, bits: u32) -> u32 {
  return a[select(0u, corner.x + place.offset, bits != 0)];
}

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let n = vec4<u32>(group.x * 32 + lane) + vec4<u32>(0, 8, 16, 24);
  let column = min(n, vec4<u32>(params.outputs - 1));
  let total = params.kernel * params.kernel * params.words;
  let end = min((group.y + 1) * ROWS, params.rows);
  let held = min(8 * FEEDS, 36u);
  for (var c = 0u; c < total; c += held) {
    var tile: array<vec4<u32>, 36>;
    for (var j = 0u; j < held; j++) {
      let at = column + min(c + j, total - 1) * params.outputs;
      let v = vec4<u32>(w[at.x], w[at.y], w[at.z], w[at.w]);
      tile[j] = select(vec4<u32>(), v, c + j < total);
    }
    let from0 = source(c + lane, true);
    let from1 = source(c + 8 + lane, true);
    let from2 = source(c + 16 + lane, true);
    let from3 = source(c + 24 + lane, true);
    let from4 = source(c + 32 + lane, lane < 4);
    var place = output_place(group.y * ROWS);
    for (var m = group.y * ROWS; m < end; m++) {
      let top = place.y * params.stride - params.padding;
      let left = place.z * params.stride - params.padding;
      let corner = vec3<u32>(((place.x * params.height + top) * params.width + left) * params.words, top, left);
      var sum = Sum(vec4<u32>(), vec4<u32>(), vec4<u32>(), vec4<u32>());
      let p0 = present(from0, corner);
      let v0 = load(from0, corner, p0);
      let p1 = present(from1, corner);
      let v1 = load(from1, corner, p1);
      var p2 = 0u;
      var v2 = 0u;
      if (FEEDS > 2) {
        p2 = present(from2, corner);
        v2 = load(from2, corner, p2);
      }
      var p3 = 0u;
      var v3 = 0u;
      if (FEEDS > 3) {
        p3 = present(from3, corner);
        v3 = load(from3, corner, p3);
      }
      var p4 = 0u;
      var v4 = 0u;
      if (FEEDS > 4) {
        p4 = present(from4, corner);
        v4 = load(from4, corner, p4);
      }
      feed(
        &sum,
        (vec4<u32>(subgroupBroadcast(v0, 0)) ^ tile[0]) & vec4<u32>(subgroupBroadcast(p0, 0)),
        (vec4<u32>(subgroupBroadcast(v0, 1)) ^ tile[1]) & vec4<u32>(subgroupBroadcast(p0, 1)),
        (vec4<u32>(subgroupBroadcast(v0, 2)) ^ tile[2]) & vec4<u32>(subgroupBroadcast(p0, 2)),
        (vec4<u32>(subgroupBroadcast(v0, 3)) ^ tile[3]) & vec4<u32>(subgroupBroadcast(p0, 3)),
        (vec4<u32>(subgroupBroadcast(v0, 4)) ^ tile[4]) & vec4<u32>(subgroupBroadcast(p0, 4)),
        (vec4<u32>(subgroupBroadcast(v0, 5)) ^ tile[5]) & vec4<u32>(subgroupBroadcast(p0, 5)),
        (vec4<u32>(subgroupBroadcast(v0, 6)) ^ tile[6]) & vec4<u32>(subgroupBroadcast(p0, 6)),
        (vec4<u32>(subgroupBroadcast(v0, 7)) ^ tile[7]) & vec4<u32>(subgroupBroadcast(p0, 7)),
      );
      feed(
        &sum,
        (vec4<u32>(subgroupBroadcast(v1, 0)) ^ tile[8]) & vec4<u32>(subgroupBroadcast(p1, 0)),
        (vec4<u32>(subgroupBroadcast(v1, 1)) ^ tile[9]) & vec4<u32>(subgroupBroadcast(p1, 1)),
        (vec4<u32>(subgroupBroadcast(v1, 2)) ^ tile[10]) & vec4<u32>(subgroupBroadcast(p1, 2)),
        (vec4<u32>(subgroupBroadcast(v1, 3)) ^ tile[11]) & vec4<u32>(subgroupBroadcast(p1, 3)),
        (vec4<u32>(subgroupBroadcast(v1, 4)) ^ tile[12]) & vec4<u32>(subgroupBroadcast(p1, 4)),
        (vec4<u32>(subgroupBroadcast(v1, 5)) ^ tile[13]) & vec4<u32>(subgroupBroadcast(p1, 5)),
        (vec4<u32>(subgroupBroadcast(v1, 6)) ^ tile[14]) & vec4<u32>(subgroupBroadcast(p1, 6)),
        (vec4<u32>(subgroupBroadcast(v1, 7)) ^ tile[15]) & vec4<u32>(subgroupBroadcast(p1, 7)),
      );
      if (FEEDS > 2) {
        feed(
          &sum,
          (vec4<u32>(subgroupBroadcast(v2, 0)) ^ tile[16]) & vec4<u32>(subgroupBroadcast(p2, 0)),
          (vec4<u32>(subgroupBroadcast(v2, 1)) ^ tile[17]) & vec4<u32>(subgroupBroadcast(p2, 1)),
          (vec4<u32>(subgroupBroadcast(v2, 2)) ^ tile[18]) & vec4<u32>(subgroupBroadcast(p2, 2)),
          (vec4<u32>(subgroupBroadcast(v2, 3)) ^ tile[19]) & vec4<u32>(subgroupBroadcast(p2, 3)),
          (vec4<u32>(subgroupBroadcast(v2, 4)) ^ tile[20]) & vec4<u32>(subgroupBroadcast(p2, 4)),
          (vec4<u32>(subgroupBroadcast(v2, 5)) ^ tile[21]) & vec4<u32>(subgroupBroadcast(p2, 5)),
          (vec4<u32>(subgroupBroadcast(v2, 6)) ^ tile[22]) & vec4<u32>(subgroupBroadcast(p2, 6)),
          (vec4<u32>(subgroupBroadcast(v2, 7)) ^ tile[23]) & vec4<u32>(subgroupBroadcast(p2, 7)),
        );
      }
      if (FEEDS > 3) {
        feed(
          &sum,
          (vec4<u32>(subgroupBroadcast(v3, 0)) ^ tile[24]) & vec4<u32>(subgroupBroadcast(p3, 0)),
          (vec4<u32>(subgroupBroadcast(v3, 1)) ^ tile[25]) & vec4<u32>(subgroupBroadcast(p3, 1)),
          (vec4<u32>(subgroupBroadcast(v3, 2)) ^ tile[26]) & vec4<u32>(subgroupBroadcast(p3, 2)),
          (vec4<u32>(subgroupBroadcast(v3, 3)) ^ tile[27]) & vec4<u32>(subgroupBroadcast(p3, 3)),
          (vec4<u32>(subgroupBroadcast(v3, 4)) ^ tile[28]) & vec4<u32>(subgroupBroadcast(p3, 4)),
          (vec4<u32>(subgroupBroadcast(v3, 5)) ^ tile[29]) & vec4<u32>(subgroupBroadcast(p3, 5)),
          (vec4<u32>(subgroupBroadcast(v3, 6)) ^ tile[30]) & vec4<u32>(subgroupBroadcast(p3, 6)),
          (vec4<u32>(subgroupBroadcast(v3, 7)) ^ tile[31]) & vec4<u32>(subgroupBroadcast(p3, 7)),
        );
      }
      if (FEEDS > 4) {
        feed(
          &sum,
          (vec4<u32>(subgroupBroadcast(v4, 0)) ^ tile[32]) & vec4<u32>(subgroupBroadcast(p4, 0)),
          (vec4<u32>(subgroupBroadcast(v4, 1)) ^ tile[33]) & vec4<u32>(subgroupBroadcast(p4, 1)),
          (vec4<u32>(subgroupBroadcast(v4, 2)) ^ tile[34]) & vec4<u32>(subgroupBroadcast(p4, 2)),
          (vec4<u32>(subgroupBroadcast(v4, 3)) ^ tile[35]) & vec4<u32>(subgroupBroadcast(p4, 3)),
          vec4<u32>(),
          vec4<u32>(),
          vec4<u32>(),
          vec4<u32>(),
        );
      }
      let here = subgroupAdd(countOneBits(p0) + countOneBits(p1) + countOneBits(p2) + countOneBits(p3) + countOneBits(p4));
      let o = column + m * params.outputs;
      var dot = -2 * vec4<i32>(counted(sum)) + i32(here);
      if (c > 0) { dot += vec4<i32>(y[o.x], y[o.y], y[o.z], y[o.w]); }
      if (n.x < params.outputs) { y[o.x] = dot.x; }
      if (n.y < params.outputs) { y[o.y] = dot.y; }
      if (n.z < params.outputs) { y[o.z] = dot.z; }
      if (n.w < params.outputs) { y[o.w] = dot.w; }
      place.z++;
      if (place.z == params.out_width) {
        place.z = 0;
        place.y++;
        if (place.y == params.out_height) {
          place.y = 0;
          place.x++;
        }
      }
    }
  }
}
