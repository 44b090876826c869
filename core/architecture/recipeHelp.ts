import type { FieldHelp } from './kind.ts'

/** A part of the recipe as people look for it, with the top-level fields that it gathers. */
export interface RecipeGroup {
  readonly title: string
  readonly fields: readonly string[]
}

/** Every top-level field of the recipe stands in exactly one group. */
export const recipeGroups: readonly RecipeGroup[] = [
  { title: 'Length', fields: ['epochs', 'batchSize', 'patience', 'selection'] },
  { title: 'Learning rate', fields: ['learningRate', 'layerScale'] },
  { title: 'Optimizer', fields: ['optimizer', 'weightDecay', 'clip'] },
  { title: 'Start', fields: ['seed', 'weightInit'] },
  { title: 'Loss', fields: ['loss'] },
  { title: 'Data', fields: ['validation', 'shuffle', 'preprocessing'] },
  { title: 'Computing', fields: ['activations', 'inputKernel'] },
]

const BNN = 'Hubara et al. 2016'
const decayHelp = (label: string, of: string): FieldHelp => ({ label, help: `Share of the running mean of ${of} that stays at every step.` })
const schedule = (prefix: string): Record<string, FieldHelp> => ({
  [`${prefix}.kind`]: { label: 'Schedule', help: 'How it changes from epoch to epoch: constant; linear, down to 0; exponential, by the same factor every epoch; halve, every so many epochs; step, by a factor of your own.' },
  [`${prefix}.end`]: { label: 'End', help: 'Value that the exponential decay reaches after the last epoch.', source: `${BNN}, supplement A.1: from 3e-3 to 3e-7` },
  [`${prefix}.every`]: { label: 'Every', help: 'Epochs between two changes.', unit: 'epochs', source: `${BNN}, supplement A.2: 10; the Torch7 code uses 20 for MNIST` },
  [`${prefix}.factor`]: { label: 'Factor', help: 'What it is multiplied by at every change.' },
})

/** Label, help, unit and source of every field, by path; fields of a step of preprocessing stand under `preprocessing.KIND`. */
export const recipeHelp: Readonly<Record<string, FieldHelp>> = {
  epochs: { label: 'Epochs', help: 'Passes over the training images.', unit: 'epochs', source: `${BNN}, supplement A.1: 1,000 for MNIST; 500 for CIFAR-10` },
  batchSize: { label: 'Batch size', help: 'Images per step. Batch normalisation takes its statistics over them, so it is more than a matter of speed.', unit: 'images', source: `${BNN}, supplement A: 100 for MNIST, 50 for CIFAR-10 and SVHN` },
  patience: { label: 'Patience', help: 'Stop after so many epochs without a better validation error; 0 never stops early.', unit: 'epochs' },
  selection: { label: 'Best epoch', help: 'Which epoch counts as the best one: by validation error, with the later or the earlier of equal ones, or simply the last.', source: 'the Theano code takes the later of equal epochs' },
  'learningRate.start': { label: 'Start', help: 'Size of the step in the first epoch, before the layer scale.' },
  ...schedule('learningRate.schedule'),
  'layerScale.mode': { label: 'Layer scale', help: 'Multiplies the step of weights and biases by sqrt((inputs + outputs) / 1.5) of their layer, exactly or rounded to a power of two.', source: `${BNN}, section 1.5; the Torch7 code rounds for CIFAR-10 and SVHN` },
  'layerScale.batchNormScale': { label: 'Batch norm too', help: "Also scales the step of batch normalisation's gamma, by sqrt(n / 1.5).", source: 'the Torch7 code for MNIST' },
  'optimizer.kind': { label: 'Optimizer', help: 'What turns gradients into steps: stochastic gradient descent; Adam; shift-based AdaMax, whose factors are powers of two; Bop, which flips binary weights and keeps no latent ones.', source: `${BNN}, Algorithm 3 for shift-based AdaMax; Helwegen et al. 2019 for Bop` },
  'optimizer.momentum': { label: 'Momentum', help: 'Share of the last step that is taken again.' },
  'optimizer.beta1': decayHelp('Beta 1', 'the gradient'),
  'optimizer.beta2': decayHelp('Beta 2', 'its square or size'),
  'optimizer.epsilon': { label: 'Epsilon', help: 'Keeps the divisor away from zero.' },
  'optimizer.mode': { label: 'Rounding', help: 'paper: the second moment stays unrounded. torch: the rounded one is stored back, so that it never decays.', source: `${BNN}, Algorithm 3, against the Torch7 code` },
  'optimizer.threshold': { label: 'Threshold', help: 'A binary weight flips where the mean of its gradient goes further than this against it.', source: 'Helwegen et al. 2019; 1e-8 in larq' },
  'optimizer.gamma': { label: 'Gamma', help: 'Share of the newest gradient in that mean.', source: 'Helwegen et al. 2019; 1e-4' },
  ...schedule('optimizer.gammaSchedule'),
  'weightDecay.rate': { label: 'Weight decay', help: 'Share of a parameter that is added to its gradient; 0 for none, as in all experiments with binary latent weights.' },
  'weightDecay.on': { label: 'Decays', help: 'All weights, real weights only, or everything that is trained.' },
  clip: { label: 'Clip to ±1', help: 'Which parameters are clipped to [-1, 1] after each step. A latent weight beyond would not change its sign for long.', source: `${BNN}, Algorithm 1; the Torch7 code clips everything for CIFAR-10` },
  seed: { label: 'Seed', help: 'Every random number is a pure function of it: the same seed on the same adapter gives the same bits.' },
  weightInit: { label: 'First weights', help: 'unit: uniform in [-1, 1]. fanIn: uniform within 1 / sqrt(inputs), as real weights always start.', source: 'Theano code: unit; Torch7 convolutions: fanIn' },
  loss: { label: 'Loss', help: "head: each head's own. Anything else overrides all heads.", source: `${BNN}, supplement A: squared hinge` },
  validation: { label: 'Validation images', help: 'Held out from the end of the training set; the best epoch is chosen by them. 0 for none.', unit: 'images', source: `${BNN}, supplement A: 10,000 of MNIST, 5,000 of CIFAR-10` },
  shuffle: { label: 'Shuffle', help: 'A new order of the training images each epoch.' },
  preprocessing: { label: 'Preprocessing', help: 'Steps from stored bytes to what the network reads. What a step learns, it learns from the training images alone.' },
  'preprocessing.resize.height': { label: 'Height', help: 'Scaled until this is covered, keeping proportions.', unit: 'pixels' },
  'preprocessing.resize.width': { label: 'Width', help: 'Scaled until this is covered, keeping proportions.', unit: 'pixels' },
  'preprocessing.centreCrop.height': { label: 'Height', help: 'The middle of the picture.', unit: 'pixels' },
  'preprocessing.centreCrop.width': { label: 'Width', help: 'The middle of the picture.', unit: 'pixels' },
  'preprocessing.randomCrop.height': { label: 'Height', help: 'Of the part that is taken, in training anywhere, else in the middle. Left empty: that of the picture.', unit: 'pixels' },
  'preprocessing.randomCrop.width': { label: 'Width', help: 'Of the part that is taken. Left empty: that of the picture.', unit: 'pixels' },
  'preprocessing.randomCrop.padding': { label: 'Padding', help: 'Put around the picture before a part is taken.', unit: 'pixels' },
  'preprocessing.randomCrop.fill': { label: 'Fill', help: 'Value of the padding.', unit: 'of 255' },
  'preprocessing.scale.low': { label: 'Black is', help: 'What pixel 0 is mapped to.', source: `${BNN}, Theano code: -1` },
  'preprocessing.scale.high': { label: 'White is', help: 'What pixel 255 is mapped to.', source: `${BNN}, Theano code: 1` },
  'preprocessing.standardise.per': { label: 'Mean and deviation of', help: 'All values together, or each channel by itself.' },
  'preprocessing.gcn.subtractMean': { label: 'Subtract the mean', help: 'Of each picture.' },
  'preprocessing.gcn.useDeviation': { label: 'Use the deviation', help: 'Else the sum of squares.' },
  'preprocessing.gcn.sqrtBias': { label: 'Bias', help: 'Added under the root.', source: 'pylearn2: 10 for CIFAR-10' },
  'preprocessing.gcn.scale': { label: 'Scale', help: 'Size after normalising.', source: 'pylearn2: 55 for CIFAR-10' },
  'preprocessing.lcn.size': { label: 'Size', help: 'Side of the Gaussian window.', unit: 'pixels' },
  'preprocessing.lcn.deviation': { label: 'Deviation', help: 'Of the Gaussian window.', unit: 'pixels' },
  'preprocessing.lcn.threshold': { label: 'Threshold', help: 'Least local deviation to divide by.' },
  'preprocessing.zca.bias': { label: 'Bias', help: 'Added to the variances before their root.', source: 'pylearn2: 0.1' },
  'preprocessing.zca.images': { label: 'Fitted on', help: 'Training images that the covariance is taken from, at equal distances.', unit: 'images' },
  activations: { label: 'Pre-activations', help: 'recompute: only bits stay for backward, and integer sums are computed again. keep: they stay in memory. Same results.' },
  inputKernel: { label: 'First layer', help: 'How bit weights meet 8-bit pixels: as bit planes or as float times bit. Both give the same bits; auto takes the faster.' },
}

/** What a step of preprocessing is called. */
export const stepTitles: Readonly<Record<string, string>> = {
  resize: 'Resize', centreCrop: 'Centre crop', randomCrop: 'Random crop', randomFlip: 'Random flip', scale: 'Scale pixels',
  standardise: 'Standardise', gcn: 'Global contrast', lcn: 'Local contrast', zca: 'ZCA whitening',
}
