import { widenBrains, widenHalves, type NdArray, type Values } from './ndarray.ts'
import { parseHeader, type Dtype } from './safetensors.ts'
import { valuesOf } from './tensor-values.ts'

/** The tensors of a safetensors file by name, as plain numbers. `bytes` is the whole file. */
export function parseSafetensors(bytes: Uint8Array, where: string): Map<string, NdArray> {
  const { tensors, dataStart } = parseHeader(bytes, { where })
  return new Map([...tensors].map(([name, { dtype, shape, begin, end }]) => [name, { shape, values: numbersOf(bytes.subarray(dataStart + begin, dataStart + end), dtype) }]))
}

function numbersOf(bytes: Uint8Array, dtype: Dtype): Values {
  if (dtype === 'F16') return widenHalves(valuesOf(bytes, 'U16'))
  if (dtype === 'BF16') return widenBrains(valuesOf(bytes, 'U16'))
  if (dtype === 'I64' || dtype === 'U64') return Float64Array.from(valuesOf(bytes, dtype), Number)
  return valuesOf(bytes, dtype)
}
