// What changes from step to step; the host writes it before each submission (core/gpu/executable.ts, STEP_FIELDS).
struct Step {
  step: u32,   // training step, from 1; 0 in evaluation
  rows: u32,   // rows of the batch that are images, the rest is padding
  slot: u32,   // where this step's metrics go
  rate: f32,   // learning rate with the optimizer's correction for this step
  gamma: f32,  // weight of the newest gradient in Bop's mean
}
