/**
 * The training step of `cifar10-convnet-theano` as one would write it with TensorFlow.js: binary weights and activations are
 * float32 tensors of +-1, tf.customGrad passes gradients straight through, everything else is tfjs's own (conv2d, maxPool,
 * moments, Adam). Layers, order, loss, clipping and per-layer rates are those of core/architecture/presets/cifar10Theano.ts.
 */
import { createRequire } from 'node:module'
import { globals } from 'webgpu'

// Both as CommonJS: of the module builds each would bring a registry of its own.
const require = createRequire(import.meta.url)
const tf = require('@tensorflow/tfjs')

const EPSILON = 1e-4

/** +1 where x >= 0, else -1; the gradient passes where |x| <= 1 (`masked`), or everywhere. */
const signOf = masked => tf.customGrad((x, save) => {
  save([x])
  const value = tf.sub(tf.mul(tf.cast(tf.greaterEqual(x, 0), 'float32'), 2), 1)
  return { value, gradFunc: (dy, [saved]) => (masked ? tf.mul(dy, tf.cast(tf.lessEqual(tf.abs(saved), 1), 'float32')) : dy) }
})
const binarise = signOf(false)
const activate = signOf(true)

/**
 * Opens tfjs on a GPU object and makes the network ready to train: `filters` of the six convolutions, `units` of the dense layers.
 * @param {GPU} gpu
 * @param {{ filters: number[], units: number[], batch: number, rate: number }} size
 */
export async function prepareTfjs(gpu, { filters, units, batch, rate }) {
  // The backend registers itself when it is loaded, and only if it finds WebGPU then.
  Object.defineProperty(globalThis, 'navigator', { value: { gpu, userAgent: 'node' }, configurable: true })
  Object.assign(globalThis, globals)
  require('@tensorflow/tfjs-backend-webgpu')
  if (!(await tf.setBackend('webgpu'))) throw new Error('tfjs did not open its webgpu backend')
  await tf.ready()

  const layers = []
  let inputs = 3
  for (const outputs of filters) {
    layers.push(layer([3, 3, inputs, outputs], 9 * (inputs + outputs), rate))
    inputs = outputs
  }
  inputs *= 16
  for (const outputs of units) {
    layers.push(layer([inputs, outputs], inputs + outputs, rate))
    inputs = outputs
  }

  const scores = (x, seen) => {
    let a = x
    for (const [index, { weight, gamma, beta }] of layers.entries()) {
      const w = binarise(weight)
      let s = index < filters.length ? tf.conv2d(a, w, 1, 'same') : tf.matMul(tf.reshape(a, [batch, -1]), w)
      if (index < filters.length && index % 2 === 1) s = tf.maxPool(s, 2, 2, 'valid')
      const { mean, variance } = tf.moments(s, s.shape.slice(0, -1).map((_, axis) => axis))
      seen.push([tf.keep(mean.clone()), tf.keep(tf.rsqrt(tf.add(variance, EPSILON)))])
      const y = tf.add(tf.mul(tf.mul(tf.sub(s, mean), tf.rsqrt(tf.add(variance, EPSILON))), gamma), beta)
      a = index < layers.length - 1 ? activate(y) : y
    }
    return a
  }

  const images = tf.randomUniform([batch, 32, 32, 3], -1, 1)
  const targets = tf.sub(tf.mul(tf.oneHot(tf.tensor1d(Array.from({ length: batch }, (_, i) => i % 10), 'int32'), 10), 2), 1)
  const variables = layers.flatMap(({ weight, gamma, beta }) => [weight, gamma, beta])

  const step = () => tf.tidy(() => {
    const seen = []
    const { value, grads } = tf.variableGrads(() => tf.mean(tf.square(tf.relu(tf.sub(1, tf.mul(targets, scores(images, seen)))))), variables)
    for (const [index, one] of layers.entries()) {
      const { weight, gamma, beta, runningMean, runningInverse, binary, others } = one
      binary.applyGradients({ [weight.name]: grads[weight.name] })
      others.applyGradients({ [gamma.name]: grads[gamma.name], [beta.name]: grads[beta.name] })
      weight.assign(tf.clipByValue(weight, -1, 1))
      const [mean, inverse] = seen[index]
      runningMean.assign(tf.add(runningMean, tf.mul(tf.sub(mean, runningMean), 0.1)))
      runningInverse.assign(tf.add(runningInverse, tf.mul(tf.sub(inverse, runningInverse), 0.1)))
      mean.dispose()
      inverse.dispose()
    }
    return tf.keep(value)
  })

  return {
    /** Milliseconds of a step, over so many in a row; the loss of the last is read back, as a training loop would. */
    async run(steps) {
      const begin = performance.now()
      let loss
      for (let i = 0; i < steps; i++) {
        loss?.dispose()
        loss = step()
      }
      const [value] = await loss.data()
      loss.dispose()
      if (!Number.isFinite(value)) throw new Error(`tfjs computed a loss of ${value}`)
      return { milliseconds: (performance.now() - begin) / steps, loss: value }
    },
  }
}

function layer(shape, fan, rate) {
  const outputs = shape.at(-1)
  return {
    weight: tf.variable(tf.randomUniform(shape, -1, 1)),
    gamma: tf.variable(tf.ones([outputs])),
    beta: tf.variable(tf.zeros([outputs])),
    runningMean: tf.variable(tf.zeros([outputs]), false),
    runningInverse: tf.variable(tf.ones([outputs]), false),
    binary: tf.train.adam(rate * Math.sqrt(fan / 1.5), 0.9, 0.999, 1e-8),
    others: tf.train.adam(rate, 0.9, 0.999, 1e-8),
  }
}
