import type { Candidate } from './executable.ts'

/** Shaders that compute the same thing, bit for bit, in different ways. The first must run on every adapter. */
const families: Readonly<Record<string, readonly Candidate[]>> = {
  xnor_gemm: [{ shader: 'xnor_gemm_block' }, { shader: 'xnor_gemm_block', overrides: { WG_X: 8, WG_Y: 8 } }],
  xnor_gemm_masked: [{ shader: 'xnor_gemm_masked_block' }, { shader: 'xnor_gemm_masked_block', overrides: { WG_X: 8, WG_Y: 8 } }],
  pixel_gemm_float: [{ shader: 'pixel_gemm_float_block' }],
  pixel_gemm_float_masked: [{ shader: 'pixel_gemm_float_masked_block' }],
  pixel_gemm_planes: [{ shader: 'pixel_gemm_planes_block' }],
  pixel_gemm_planes_masked: [{ shader: 'pixel_gemm_planes_masked_block' }],
  float_bit_gemm: [{ shader: 'float_bit_gemm_block' }],
  grad_input: [{ shader: 'grad_input_block' }],
  grad_weight: [{ shader: 'grad_weight_block' }],
  grad_weight_masked: [{ shader: 'grad_weight_masked_block' }],
  grad_weight_pixels: [{ shader: 'grad_weight_pixels_block' }],
  grad_weight_pixels_masked: [{ shader: 'grad_weight_pixels_masked_block' }],
  grad_weight_float: [{ shader: 'grad_weight_float_block' }],
  f32_gemm: [{ shader: 'f32_gemm_block' }],
  f32_gemm_nt: [{ shader: 'f32_gemm_nt_block' }],
  f32_gemm_tn: [{ shader: 'f32_gemm_tn_block' }],
}

/** The float products that ours are measured against, besides the plain one-output-a-thread kernel. */
export const rivals: readonly Candidate[] = [{ shader: 'f32_gemm_block' }]

export const familyNames: readonly string[] = Object.keys(families)

/** The candidates of a family; a shader that is in no family is its own only candidate. */
export function candidatesOf(kernel: string): readonly Candidate[] {
  return Object.hasOwn(families, kernel) ? (families[kernel] ?? []) : [{ shader: kernel }]
}
