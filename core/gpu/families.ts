import type { Candidate, Toolbox } from './executable.ts'
import type { Operation } from './program.ts'

/** Workgroups of 8 lanes suit software adapters, 64 a GPU. */
const wide = { WG_X: 8, WG_Y: 8 }
const tall = { WG_Y: 8 }

/**
 * Rows over which a workgroup keeps its weights in place: small batches want few, so that all cores have work. Measured
 * 2026-11-23 on lavapipe (Mesa 25.0.7, two cores, AVX-512VL) at 1024^3, thread time: block 244 GOP/s, stationary with 128 rows
 * 836 to 885; the best float kernel 30 GFLOP/s, the plain one 2.4.
 */
const stationary = (shader: string): readonly Candidate[] => [32, 64, 128].map(ROWS => ({ shader, overrides: { ROWS } }))

/**
 * Shaders that compute the same thing, bit for bit, in different ways; the tuner times them on each adapter. The first of a
 * family must run everywhere. All of a family take the same tensors and the same overrides from the operation (MASKED). A
 * `_subgroup8` kernel spreads one lane's load over eight (lavapipe, some mobile GPUs).
 */
const families: Readonly<Record<string, readonly Candidate[]>> = {
  xnor_gemm: [{ shader: 'xnor_gemm_block' }, { shader: 'xnor_gemm_block', overrides: wide }, { shader: 'xnor_gemm_carry' }, ...stationary('xnor_gemm_stationary')],
  pixel_gemm_float: [{ shader: 'pixel_gemm_float_block' }, { shader: 'pixel_gemm_float_block', overrides: wide }, { shader: 'pixel_gemm_float_subgroup8' }],
  pixel_gemm_planes: [{ shader: 'pixel_gemm_planes_block' }, { shader: 'pixel_gemm_planes_block', overrides: wide }],
  float_bit_gemm: [{ shader: 'float_bit_gemm_block' }, { shader: 'float_bit_gemm_block', overrides: wide }, { shader: 'float_bit_gemm_subgroup8' }],
  grad_input: [{ shader: 'grad_input_block' }, { shader: 'grad_input_block', overrides: tall }, { shader: 'grad_input_subgroup8' }],
  grad_weight: [{ shader: 'grad_weight_block' }, { shader: 'grad_weight_block', overrides: tall }, { shader: 'grad_weight_subgroup8' }],
  grad_weight_pixels: [{ shader: 'grad_weight_pixels_block' }, { shader: 'grad_weight_pixels_block', overrides: tall }, { shader: 'grad_weight_pixels_subgroup8' }],
  grad_weight_float: [{ shader: 'grad_weight_float_block' }, { shader: 'grad_weight_float_block', overrides: tall }],
  xnor_conv: [{ shader: 'xnor_conv_block' }, { shader: 'xnor_conv_block', overrides: wide }, ...stationary('xnor_conv_stationary'), ...[2, 3].map(FEEDS => ({ shader: 'xnor_conv_stationary', overrides: { FEEDS } }))],
  pixel_conv: [{ shader: 'pixel_conv_block' }, { shader: 'pixel_conv_block', overrides: wide }, { shader: 'pixel_conv_stationary' }, { shader: 'pixel_conv_stationary', overrides: { DEEP: 1 } }],
  conv_grad_input: [{ shader: 'conv_grad_input_block' }, { shader: 'conv_grad_input_block', overrides: tall }, { shader: 'conv_grad_input_strided_subgroup8' }, { shader: 'conv_grad_input_line_subgroup8' }, { shader: 'conv_grad_input_line_subgroup8', overrides: { WORDS: 1 } }],
  conv_grad_weight: [{ shader: 'conv_grad_weight_block' }, { shader: 'conv_grad_weight_block', overrides: tall }, { shader: 'conv_grad_weight_subgroup8' }],
  conv_grad_weight_pixels: [{ shader: 'conv_grad_weight_pixels_block' }, { shader: 'conv_grad_weight_pixels_block', overrides: tall }, { shader: 'conv_grad_weight_pixels_subgroup8' }],
  f32_conv: [{ shader: 'f32_conv_block' }, { shader: 'f32_conv_block', overrides: wide }, { shader: 'f32_conv_subgroup8' }],
  f32_conv_grad_input: [{ shader: 'f32_conv_grad_input_block' }, { shader: 'f32_conv_grad_input_block', overrides: tall }],
  f32_conv_grad_weight: [{ shader: 'f32_conv_grad_weight_block' }, { shader: 'f32_conv_grad_weight_block', overrides: tall }, { shader: 'f32_conv_grad_weight_subgroup8' }],
  sign_pack: [{ shader: 'sign_pack' }, { shader: 'sign_pack', overrides: { WG_X: 1, WG_Y: 64 } }],
  threshold_pack: [{ shader: 'threshold_pack' }, { shader: 'threshold_pack', overrides: { WG_X: 1, WG_Y: 64 } }],
  sgd: [{ shader: 'sgd' }, { shader: 'sgd4' }],
  bop: [{ shader: 'bop' }, { shader: 'bop4' }],
  adam: [{ shader: 'adam' }, { shader: 'adam4' }],
  adamax_shift_paper: [{ shader: 'adamax_shift_paper' }, { shader: 'adamax_shift_paper4' }],
  adamax_shift_torch: [{ shader: 'adamax_shift_torch' }, { shader: 'adamax_shift_torch4' }],
  f32_gemm: [{ shader: 'f32_gemm_block' }, { shader: 'f32_gemm_block', overrides: wide }, { shader: 'f32_gemm_best_subgroup8' }],
  f32_gemm_nt: [{ shader: 'f32_gemm_nt_block' }, { shader: 'f32_gemm_nt_block', overrides: wide }],
  f32_gemm_tn: [{ shader: 'f32_gemm_tn_block' }, { shader: 'f32_gemm_tn_block', overrides: wide }],
}

/** The float products that ours are measured against, besides the plain one-output-a-thread kernel. */
export const RIVALS = 'f32_gemm'

export const familyNames: readonly string[] = Object.keys(families)

/** The candidates of a family; a shader that is in no family is its own only candidate. */
export function candidatesOf(kernel: string): readonly Candidate[] {
  return Object.hasOwn(families, kernel) ? (families[kernel] ?? []) : [{ shader: kernel }]
}

/** Workgroups along one axis that every WebGPU device takes. */
export const MOST_GROUPS = 65535

/** Those of an operation's candidates that this adapter can run at these sizes: without sizes, at some sizes. */
export function fittingCandidates({ device, shaders }: Pick<Toolbox, 'device' | 'shaders'>, { kernel, params }: Pick<Operation, 'kernel' | 'params'>): readonly Candidate[] {
  const sized = Object.keys(params).length > 0
  return candidatesOf(kernel).filter(({ shader, overrides }) => {
    const { subgroups, conditions, dispatch, overrides: defaults } = shaders.get(shader)
    const values = { ...defaults, ...overrides, ...params }
    if (sized && !(conditions.every(holds => holds(values)) && dispatch(values).every(count => count <= MOST_GROUPS))) return false
    return subgroups === 'none' || (device.device.features.has('subgroups') && (subgroups === 'any' || subgroups === device.adapter.subgroupSize))
  })
}
