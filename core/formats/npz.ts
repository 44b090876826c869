import { BitwrightError } from '../errors.ts'
import type { NdArray } from './ndarray.ts'
import { parseNpy } from './npy.ts'
import { unzipMember, zipMembers, type InflateRaw } from './zip.ts'

/** All arrays together, unpacked; more than any network that fits a device. */
const MAX_TOTAL_BYTES = 2 ** 32

/**
 * The arrays of an .npz file (numpy.savez, numpy.savez_compressed) by name, "arr_0" for the member arr_0.npy, in the order of the
 * archive. `bytes` is the whole file; what it unpacks to is added up before anything is unpacked.
 */
export function parseNpz(bytes: Uint8Array, where: string, inflateRaw: InflateRaw): Map<string, NdArray> {
  const members = zipMembers(bytes, where)
  const total = members.reduce((sum, member) => sum + member.bytes, 0)
  if (total > MAX_TOTAL_BYTES) throw new BitwrightError({ what: `expected arrays of at most ${MAX_TOTAL_BYTES} bytes together, found ${total}`, where, remedy: 'save the arrays of the network alone' })
  const arrays = new Map<string, NdArray>()
  for (const member of members) {
    if (!member.name.endsWith('.npy')) throw new BitwrightError({ what: `expected arrays (.npy) alone, found ${JSON.stringify(member.name)}`, where, remedy: 'save the arrays with numpy.savez' })
    const data = unzipMember(bytes, member, where, inflateRaw)
    arrays.set(member.name.slice(0, -4), parseNpy(data, `${where}, ${member.name}`))
  }
  return arrays
}
