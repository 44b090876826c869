import { join } from 'node:path'

export interface Installation {
  /** A package for people, rather than a clone. */
  readonly packaged: boolean
  /** Folder of package.json: the clone, or the archive in a package. */
  readonly root: string
  /** Folder of what lies beside that archive. */
  readonly resources: string
  readonly platform: NodeJS.Platform
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * The page, and what starts the engine: a plain Node, since that of Electron cannot map GPU buffers (design.md, decision 1). A package brings one,
 * and keeps what it runs outside the archive, which a plain Node cannot read.
 */
export function placesOf({ packaged, root, resources, platform, env }: Installation): { readonly page: string; readonly nodePath: string; readonly entry: string } {
  const page = join(root, 'out', 'renderer')
  if (!packaged) return { page, nodePath: env.BITWRIGHT_NODE ?? 'node', entry: join(root, 'out', 'main', 'engine.js') }
  return {
    page,
    nodePath: join(resources, 'node', platform === 'win32' ? 'node.exe' : 'node'),
    entry: join(resources, 'app.asar.unpacked', 'out', 'main', 'engine.js'),
  }
}
