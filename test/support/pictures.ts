import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import jpeg from 'jpeg-js'
import { PNG } from 'pngjs'

/** RGBA pixels of a smooth picture that depends on `shade`: JPEG keeps it nearly as it is. */
export function smoothPixels(width: number, height: number, shade: number): Uint8Array {
  const pixels = new Uint8Array(width * height * 4)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 4
      pixels.set([shade, Math.round((255 * x) / width), Math.round((255 * y) / height), 255], at)
    }
  }
  return pixels
}

export function pngFile(width: number, height: number, shade: number, colorType: 0 | 2 | 4 | 6 = 2): Buffer {
  const png = new PNG({ width, height })
  png.data.set(smoothPixels(width, height, shade))
  return PNG.sync.write(png, { colorType, inputHasAlpha: true })
}

export function jpegFile(width: number, height: number, shade: number): Buffer {
  return jpeg.encode({ width, height, data: smoothPixels(width, height, shade) }, 95).data
}

/** Writes files by their paths under a folder, which are made. */
export async function writeTree(root: string, files: Readonly<Record<string, Uint8Array | string>>): Promise<string> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), content)
  }
  return root
}
