// What an optimizer's rule gives for four parameters: its new moments, and what to add before the layer's factor.
struct Moved {
  m: vec4<f32>,
  v: vec4<f32>,
  change: vec4<f32>,
}
