// The gradient that arrives from behind: g_scale * g where the masks of what followed (straight-through, dropout) let it through. The
// kernel binds g: [rows][outputs] f32 and mask: [rows][words]. MASKED off: mask is bound but not read.
override MASKED: bool = false;

fn gradient(m: u32, n: u32) -> f32 {
  let value = params.g_scale * g[m * params.outputs + n];
  if (!MASKED) { return value; }
  return select(0.0, value, ((mask[m * params.words + (n >> 5)] >> (n & 31)) & 1) == 1);
}
