// Bop (Helwegen et al. 2019, Algorithm 1): m <- m + gamma (g - m), gamma in step.gamma; a weight whose sign m follows further than
// the threshold flips: w * m > threshold. At equality it becomes +1, as larq's sign(-sign(w m - threshold) w) has it.
// Returned in `change` is what turns w into +1 or -1; v is not used.
fn moved(g: vec4<f32>, m: vec4<f32>, w: vec4<f32>) -> Moved {
  let mean = fma(vec4<f32>(step.gamma), g - m, m);
  let beyond = w * mean - params.first;
  let next = select(select(vec4<f32>(1.0), w, beyond < vec4<f32>()), -w, beyond > vec4<f32>());
  return Moved(mean, vec4<f32>(), next - w);
}
