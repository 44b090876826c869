import { BitwrightError } from '../errors.ts'

/** What an adapter is and can do, in words a person can check. */
export interface AdapterSummary {
  readonly name: string
  readonly vendor: string
  readonly driver: string
  /** cpu: a software rasteriser such as lavapipe or SwiftShader. */
  readonly kind: 'gpu' | 'cpu'
  /** Fixed subgroup width, or 0 when it is not fixed or unknown. */
  readonly subgroupSize: number
  readonly timestamps: boolean
  readonly maxBindingBytes: number
  readonly maxBufferBytes: number
}

/** An opened device. It keeps the GPU object that made it, since dawn.node dies when that is collected. */
export interface Device {
  readonly gpu: GPU
  readonly adapter: AdapterSummary
  readonly device: GPUDevice
  /** Resolves with the reason when the device is lost. */
  readonly lost: Promise<string>
}

/** WebGPU tells an adapter's name as words joined by "-". Where the name ends with a bracket Dawn leaves one behind them: "llvmpipe-llvm-19-1-7-256-bits-". */
export function adapterName(told: string): string {
  return told.replace(/-+$/, '')
}

const SOFTWARE = /llvmpipe|lavapipe|swiftshader|software|basic render/i

export function summarise(adapter: GPUAdapter): AdapterSummary {
  const { info, limits, features } = adapter
  const words = `${info.device} ${info.description} ${info.architecture} ${info.vendor}`
  const fixed = info.subgroupMinSize === info.subgroupMaxSize ? (info.subgroupMaxSize ?? 0) : 0
  return {
    name: adapterName(info.device) || adapterName(info.description) || info.architecture || info.vendor || 'unnamed adapter',
    vendor: info.vendor,
    driver: info.description,
    kind: SOFTWARE.test(words) ? 'cpu' : 'gpu',
    subgroupSize: features.has('subgroups') ? fixed : 0,
    timestamps: features.has('timestamp-query'),
    maxBindingBytes: limits.maxStorageBufferBindingSize,
    maxBufferBytes: limits.maxBufferSize,
  }
}

/**
 * Opens the best adapter that `gpu` offers, asking for all that it has of the limits and features we use.
 * Errors: no adapter, or a device that refuses to open; the remedy is the host's to name (it knows the system).
 */
export async function openDevice(gpu: GPU): Promise<Device> {
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' })
  if (!adapter) throw new BitwrightError({ what: 'no WebGPU adapter was found', remedy: 'install a Vulkan, Metal or Direct3D 12 driver; "bitwright doctor" names the one for this system' })
  const wanted = (['subgroups', 'timestamp-query'] as const).filter(feature => adapter.features.has(feature))
  const { limits } = adapter
  const device = await adapter.requestDevice({
    label: 'bitwright',
    requiredFeatures: wanted,
    requiredLimits: {
      maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
      maxBufferSize: limits.maxBufferSize,
      maxStorageBuffersPerShaderStage: Math.min(limits.maxStorageBuffersPerShaderStage, 10),
      maxComputeInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
      maxComputeWorkgroupSizeX: limits.maxComputeWorkgroupSizeX,
    },
  })
  const lost = device.lost.then(info => `${info.reason}: ${info.message}`)
  return { gpu, adapter: summarise(adapter), device, lost }
}
