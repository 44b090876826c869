import { valueAt } from '../design/activationPicture.ts'
import type { Activation } from '../../../main/contract/activations.ts'

/** Of every channel of bits the share that is +1; a vector's values are a channel each. */
export function channelBalances(activation: Activation): Float32Array {
  const [height, width, depth] = activation.shape
  const channels = depth ?? activation.shape[0] ?? 0
  const plane = depth === undefined ? 1 : (height ?? 0) * (width ?? 0)
  return Float32Array.from({ length: channels }, (_, channel) => {
    let sum = 0
    for (let at = channel * plane; at < (channel + 1) * plane; at++) sum += valueAt(activation, at)
    return plane === 0 ? 0 : sum / plane
  })
}

/** Channels whose bits are all alike for this image. */
export function constantChannels(balances: Float32Array): { readonly positive: number; readonly negative: number } {
  return { positive: balances.filter(share => share === 1).length, negative: balances.filter(share => share === 0).length }
}
