import { BitwrightError, invariant } from '../errors.ts'
import { DTYPE_BYTES, encodeHeader, type EncodedHeader, type ParsedHeader, type TensorSpec } from './safetensors.ts'

/** The host's own arrays for the dtypes that have one. F16 and BF16 have none. */
export interface ArrayOf {
  F64: Float64Array
  I64: BigInt64Array
  U64: BigUint64Array
  F32: Float32Array
  I32: Int32Array
  U32: Uint32Array
  I16: Int16Array
  U16: Uint16Array
  I8: Int8Array
  U8: Uint8Array
  BOOL: Uint8Array
}

type ArrayMaker<A> = new (buffer: ArrayBufferLike, byteOffset: number, length: number) => A

const MAKERS: { readonly [D in keyof ArrayOf]: ArrayMaker<ArrayOf[D]> } = {
  F64: Float64Array,
  I64: BigInt64Array,
  U64: BigUint64Array,
  F32: Float32Array,
  I32: Int32Array,
  U32: Uint32Array,
  I16: Int16Array,
  U16: Uint16Array,
  I8: Int8Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
}

export interface TensorData extends TensorSpec {
  readonly data: ArrayBufferView
}

/**
 * The values of one tensor of `file`, the whole file's bytes: a view of them where their address allows, else a copy.
 * Throws if there is no such tensor or if it has another dtype. The shape is the caller's to check.
 */
export function tensorValues<D extends keyof ArrayOf>(header: ParsedHeader, name: string, dtype: D, file: Uint8Array, where: string): ArrayOf[D] {
  const entry = header.tensors.get(name)
  if (entry === undefined) throw new BitwrightError({ what: `expected a tensor ${JSON.stringify(name)}, found none of that name`, where, remedy: 'use a file written for this network' })
  if (entry.dtype !== dtype) throw new BitwrightError({ what: `expected tensor ${JSON.stringify(name)} as ${dtype}, found ${entry.dtype}`, where, remedy: 'convert the tensor' })
  return valuesOf(file.subarray(header.dataStart + entry.begin, header.dataStart + entry.end), dtype)
}

/** Little-endian bytes as numbers: in place if they are aligned, else copied. */
export function valuesOf<D extends keyof ArrayOf>(bytes: Uint8Array, dtype: D): ArrayOf[D] {
  checkByteOrder()
  const width = DTYPE_BYTES[dtype]
  invariant(bytes.length % width === 0, () => `${bytes.length} bytes of ${dtype}`)
  const aligned = bytes.byteOffset % width === 0 ? bytes : bytes.slice()
  return new MAKERS[dtype](aligned.buffer, aligned.byteOffset, aligned.length / width)
}

/** The bytes of an array, in place. */
export function bytesOf(array: ArrayBufferView): Uint8Array {
  checkByteOrder()
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
}

/** A whole safetensors file in memory. Each tensor's data must have the length that dtype and shape say. */
export function encodeSafetensors(
  tensors: readonly TensorData[],
  metadata: Readonly<Record<string, string>> = {},
  options: { readonly checksum?: boolean } = {},
): { readonly bytes: Uint8Array; readonly header: EncodedHeader } {
  const header = encodeHeader(tensors, metadata, options)
  const bytes = new Uint8Array(header.totalBytes)
  bytes.set(header.bytes)
  const data = new Map(tensors.map(tensor => [tensor.name, tensor.data]))
  for (const { name, begin, end } of header.tensors) {
    const source = data.get(name)
    invariant(source?.byteLength === end - begin, () => `tensor ${name} has ${source?.byteLength} bytes, its shape needs ${end - begin}`)
    bytes.set(bytesOf(source), header.dataStart + begin)
  }
  return { bytes, header }
}

/** The format is little-endian, and so is every machine that WebGPU runs on. */
function checkByteOrder(): void {
  invariant(new Uint8Array(Uint16Array.of(1).buffer)[0] === 1, () => 'a little-endian machine is needed')
}
