import { z } from 'zod'

/**
 * How a network is trained. Every switch by which the paper and its two reference codes differ is a field here or
 * an attribute of a layer (batch norm kind, sign mode, dropout rate and bias are attributes, since they are per layer).
 * Sources: Hubara et al. 2016 (arXiv 1602.02830) and its Theano and Torch7 codes.
 */
const positive = z.number().gt(0)
const decay = z.number().min(0).lt(1)

/** How a number changes from epoch to epoch. */
export const ScheduleSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('constant') }),
  /** Down to 0 after the last epoch, by the same amount every epoch (Bi-Real Net, ReActNet). */
  z.strictObject({ kind: z.literal('linear') }),
  /** Multiplied once per epoch by (end / start)^(1 / epochs). */
  z.strictObject({ kind: z.literal('exponential'), end: positive }),
  z.strictObject({ kind: z.literal('halve'), every: z.int().min(1).max(1e6) }),
  z.strictObject({ kind: z.literal('step'), every: z.int().min(1).max(1e6), factor: positive.max(1) }),
])

export const OptimizerSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('sgd'), momentum: decay.default(0) }),
  z.strictObject({ kind: z.literal('adam'), beta1: decay.default(0.9), beta2: decay.default(0.999), epsilon: positive.default(1e-8) }),
  z.strictObject({
    kind: z.literal('adamaxShift'),
    /** paper: v stays unrounded, powers of two at use only. torch: the rounded v is stored back, so it never decays. */
    mode: z.enum(['paper', 'torch']).default('paper'),
    /** Algorithm 3 proposes 1 - beta1 = 2^-3 and 1 - beta2 = 2^-10; the Torch7 code uses 0.9 and 0.999. */
    beta1: decay.default(1 - 2 ** -3),
    beta2: decay.default(1 - 2 ** -10),
    epsilon: positive.default(2 ** -27),
  }),
  /**
   * Bop (Helwegen et al. 2019): binary weights are +-1 without a latent value, and flip where the mean of their gradient, in which the
   * newest weighs gamma, goes further than the threshold against them. All else is trained by Adam at the recipe's rate.
   * Defaults are larq's; the authors' CIFAR-10 run divides gamma by 10 every 100 epochs (`gammaSchedule` step).
   */
  z.strictObject({
    kind: z.literal('bop'),
    threshold: z.number().min(0).max(1).default(1e-8),
    gamma: positive.max(1).default(1e-4),
    gammaSchedule: ScheduleSchema.default({ kind: 'constant' }),
    beta1: decay.default(0.9),
    beta2: decay.default(0.999),
    epsilon: positive.default(1e-8),
  }),
])

const side = z.int().min(1).max(4096)

/**
 * One step on the way from stored bytes to what the network reads. First come steps that move pixels and keep them bytes, then steps that
 * give values. Values start as byte / 255, unless `scale` comes first. What a step learns, it learns from the training split alone.
 */
export const PreprocessingStepSchema = z.discriminatedUnion('kind', [
  /** Scales until height x width is covered, keeping proportions, and takes the middle. */
  z.strictObject({ kind: z.literal('resize'), height: side, width: side }),
  /** The middle height x width of the picture. */
  z.strictObject({ kind: z.literal('centreCrop'), height: side, width: side }),
  /** In training any part of that size (that of the picture, if left out) out of the picture with `padding` pixels of `fill` on every side; else its middle. */
  z.strictObject({ kind: z.literal('randomCrop'), height: side.optional(), width: side.optional(), padding: z.int().min(0).max(1024).default(0), fill: z.int().min(0).max(255).default(0) }),
  /** In training every second picture, by chance, as in a mirror. */
  z.strictObject({ kind: z.literal('randomFlip') }),
  /** Pixel bytes 0..255 mapped linearly onto [low, high]. */
  z.strictObject({ kind: z.literal('scale'), low: z.number().default(-1), high: z.number().default(1) }),
  /** Minus the mean, over the standard deviation, both fitted: of all values, or of each channel. */
  z.strictObject({ kind: z.literal('standardise'), per: z.enum(['all', 'channel']).optional() }),
  /**
   * Global contrast normalisation of each picture (pylearn2, global_contrast_normalize): minus its mean, over
   * sqrt(sqrtBias + variance) / scale, or with useDeviation false sqrt(sqrtBias + sum of squares) / scale; a divisor below 1e-8 counts as 1.
   */
  z.strictObject({ kind: z.literal('gcn'), subtractMean: z.boolean().default(true), useDeviation: z.boolean().default(true), sqrtBias: z.number().min(0).default(10), scale: positive.default(1) }),
  /** Local contrast normalisation of each channel (LeCun's, as pylearn2 and Torch7's dp have it): minus a Gaussian mean of size x size, over the local deviation, which is at least the picture's mean one and the threshold. */
  z.strictObject({ kind: z.literal('lcn'), size: z.int().min(3).max(31).refine(size => size % 2 === 1, 'expected an odd number').default(9), deviation: positive.default(2), threshold: positive.default(1e-4) }),
  /** Whitening (C + bias)^(-1/2) with the covariance C of the training pictures, or of `images` of them at equal distances. Comes last; several in a row are applied one after another. */
  z.strictObject({ kind: z.literal('zca'), bias: positive.default(0.1), images: z.int().min(2).max(1e9).default(10_000) }),
])
export type PreprocessingStep = z.infer<typeof PreprocessingStepSchema>

export const PreprocessingSchema = z.union([PreprocessingStepSchema, z.array(PreprocessingStepSchema).min(1).max(16)])

export const RecipeSchema = z.strictObject({
  version: z.literal(1),
  seed: z.int().min(0).max(Number.MAX_SAFE_INTEGER).default(1234),
  epochs: z.int().min(1).max(1e6),
  batchSize: z.int().min(1).max(65535),
  optimizer: OptimizerSchema,
  learningRate: z.strictObject({ start: positive, schedule: ScheduleSchema }),
  /** Per-layer factor sqrt((n_in + n_out) / 1.5) on the step (section 1.5 of the paper), for weights and biases. */
  layerScale: z.strictObject({
    mode: z.enum(['off', 'exact', 'powerOfTwo']),
    /** Torch7 MNIST also scales batch norm's gamma, by sqrt(n / 1.5). */
    batchNormScale: z.boolean().default(false),
  }),
  /**
   * That share of a parameter is added to its gradient: of all layers' weights, latent ones too; of real weights only; or of
   * everything, biases and batch norm's too, as Torch and PyTorch do. The weights that Bop flips never decay.
   */
  weightDecay: z.strictObject({ rate: z.number().min(0).max(1), on: z.enum(['weights', 'realWeights', 'everything']).default('weights') }).default({ rate: 0, on: 'weights' }),
  /** Which parameters are clipped to [-1, 1] after each step. */
  clip: z.enum(['off', 'binaryWeights', 'everything']).default('binaryWeights'),
  /** unit: U(-1, 1). fanIn: U(+-1 / sqrt(inputs)). Real weights always start as fanIn; with Bop, binary ones as the signs of these. */
  weightInit: z.enum(['unit', 'fanIn']).default('unit'),
  /** head: each head's own loss. Anything else overrides all heads. */
  loss: z.enum(['head', 'squaredHinge', 'crossEntropy']).default('head'),
  preprocessing: PreprocessingSchema.default({ kind: 'scale', low: -1, high: 1 }),
  /** How the first binary layer reads 8-bit pixels. Both give the same bits; auto lets the tuner choose. */
  inputKernel: z.enum(['auto', 'planes', 'float']).default('auto'),
  /** Images held out from the end of the training set; 0 for none. */
  validation: z.int().min(0).max(1e9),
  /** A new order of the training images each epoch. An incomplete last batch is left out of the epoch. */
  shuffle: z.boolean().default(true),
  /** Which epoch is `best`, and which of equal ones. Without validation images the last epoch is best. */
  selection: z.enum(['bestValidationLatest', 'bestValidationEarliest', 'last']).default('bestValidationLatest'),
  /** Stop after this many epochs without a better validation error; 0 never stops early. */
  patience: z.int().min(0).max(1e6).default(0),
  /** keep: pre-activations stay in memory for backward. recompute: only bits stay, integer sums are computed again. Same results. */
  activations: z.enum(['recompute', 'keep']).default('recompute'),
})

export type Recipe = z.infer<typeof RecipeSchema>
export type Optimizer = Recipe['optimizer']
export type Schedule = Recipe['learningRate']['schedule']
