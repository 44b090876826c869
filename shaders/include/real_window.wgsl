// include: conv
// Values of a float picture as kernels for lavapipe load them: what a lane needs to know of its input is worked out once, and of a
// position once for all inputs. a: [input rows][channels] f32.
@group(0) @binding(1) var<storage, read> a: array<f32>;

// The value of its row that a lane loads: where its tap lies in the picture, and how far from the window's corner.
struct Source {
  used: bool,
  ky: u32,
  kx: u32,
  offset: u32,
}

fn source(k: u32) -> Source {
  let tap = k / params.channels;
  let ky = tap / params.kernel;
  let kx = tap % params.kernel;
  return Source(ky < params.kernel, ky, kx, (ky * params.width + kx) * params.channels + k % params.channels);
}

// Index of the first channel under the window's corner, and the corner; both wrap when it lies outside.
fn corner_of(place: vec3<u32>) -> vec3<u32> {
  let top = place.y * params.stride - params.padding;
  let left = place.z * params.stride - params.padding;
  return vec3<u32>(((place.x * params.height + top) * params.width + left) * params.channels, top, left);
}

fn load(place: Source, corner: vec3<u32>) -> f32 {
  let inside = place.used && corner.y + place.ky < params.height && corner.z + place.kx < params.width;
  return select(0.0, a[select(0u, corner.x + place.offset, inside)], inside);
}
