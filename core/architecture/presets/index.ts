import { BitwrightError } from '../../errors.ts'
import type { Project } from '../project.ts'
import { didYouMean } from '../wording.ts'
import { alexNet } from './alexNet.ts'
import { binaryConnectCifar10, binaryConnectMnist, binaryConnectSvhn } from './binaryConnect.ts'
import { biReal18 } from './biReal.ts'
import { cifar10Theano } from './cifar10Theano.ts'
import { cifar10Torch } from './cifar10Torch.ts'
import type { Preset, Reference } from './define.ts'
import { digits } from './digits.ts'
import { finnCnv, finnLfc } from './finn.ts'
import { googLeNet } from './googLeNet.ts'
import { mnistMlpTheano } from './mnistMlpTheano.ts'
import { mnistMlpTorch } from './mnistMlpTorch.ts'
import { svhnTheano } from './svhnTheano.ts'
import { svhnTorch } from './svhnTorch.ts'
import { xnorNet } from './xnorNet.ts'

export type { Reference } from './define.ts'

const all: readonly Preset[] = [digits, mnistMlpTheano, mnistMlpTorch, cifar10Theano, cifar10Torch, svhnTheano, svhnTorch, finnLfc, finnCnv, alexNet, googLeNet, binaryConnectMnist, binaryConnectCifar10, binaryConnectSvhn, xnorNet, biReal18]

/** Read-only projects, each frozen through and through. */
export const presets: readonly Project[] = all.map(preset => preset.project)

/** The preset of this name. Throws, listing all names, if there is none. */
export function presetNamed(name: string): Project {
  return entry(name).project
}

/** What the source of a preset reports, if it repeats an experiment. Throws as presetNamed does. */
export function presetReference(name: string): Reference | undefined {
  return entry(name).reference
}

function entry(name: string): Preset {
  const preset = all.find(({ project }) => project.name === name)
  if (preset) return preset
  throw new BitwrightError({ what: `there is no preset "${name}"`, remedy: didYouMean(name, presets.map(project => project.name)) })
}
