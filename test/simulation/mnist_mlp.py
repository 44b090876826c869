"""An independent float simulation of `mnist-mlp-theano --width-scale 0.25 --without dropout`, to compare curves with.

It shares nothing with Bitwright: binary weights and activations are float32 tensors of +-1, products are float products,
gradients are written out by hand (bnn-spec: Hubara et al. 2016, Algorithm 1 and the Theano code). Needs PyTorch and the four
MNIST files:

    python3 test/simulation/mnist_mlp.py path/to/mnist --seed 1 --epochs 10

Prints the test error in % after each epoch.
"""
import argparse
import gzip
import math
import pathlib

import numpy
import torch

arguments = argparse.ArgumentParser()
arguments.add_argument("folder", type=pathlib.Path)
arguments.add_argument("--seed", type=int, default=1)
arguments.add_argument("--epochs", type=int, default=10, help="length of the learning-rate schedule")
arguments.add_argument("--stop", type=int, help="stop after this many epochs of it")
options = arguments.parse_args()

BATCH, WIDTH, EPSILON = 100, 1024, 1e-4


def read(name, skip):
    data = gzip.decompress((options.folder / name).read_bytes())
    return torch.from_numpy(numpy.frombuffer(data, numpy.uint8, offset=skip).copy())


def sign(x):
    return torch.where(x >= 0, 1.0, -1.0)


train = read("train-images-idx3-ubyte.gz", 16).view(-1, 784)[:50000].float() * 2 / 255 - 1
train_labels = read("train-labels-idx1-ubyte.gz", 8)[:50000].long()
test = read("t10k-images-idx3-ubyte.gz", 16).view(-1, 784).float() * 2 / 255 - 1
test_labels = read("t10k-labels-idx1-ubyte.gz", 8).long()

torch.manual_seed(options.seed)
sizes = [784, WIDTH, WIDTH, WIDTH, 10]
pairs = list(zip(sizes, sizes[1:]))
layers = range(len(pairs))
weights = [torch.rand(n, m) * 2 - 1 for n, m in pairs]
gammas = [torch.ones(m) for _, m in pairs]
betas = [torch.zeros(m) for _, m in pairs]
running_mean = [torch.zeros(m) for _, m in pairs]
running_inverse = [torch.ones(m) for _, m in pairs]
parameters = weights + gammas + betas
factors = [math.sqrt((n + m) / 1.5) for n, m in pairs] + [1.0] * (2 * len(pairs))
first = [torch.zeros_like(p) for p in parameters]
second = [torch.zeros_like(p) for p in parameters]


def test_error():
    a = test
    for k in layers:
        y = (a @ sign(weights[k]) - running_mean[k]) * running_inverse[k] * gammas[k] + betas[k]
        a = sign(y)
    return 100 * (y.argmax(1) != test_labels).float().mean().item()


step = 0
for epoch in range(options.stop or options.epochs):
    rate = 3e-3 * 1e-4 ** (epoch / options.epochs)
    for chosen in torch.randperm(len(train)).split(BATCH):
        step += 1
        a, inputs, normalised, inverses, outputs = train[chosen], [], [], [], []
        for k in layers:
            s = a @ sign(weights[k])
            mean = s.mean(0)
            inverse = 1 / torch.sqrt(((s - mean) ** 2).mean(0) + EPSILON)
            running_mean[k] += 0.1 * (mean - running_mean[k])
            running_inverse[k] += 0.1 * (inverse - running_inverse[k])
            inputs.append(a)
            normalised.append((s - mean) * inverse)
            inverses.append(inverse)
            outputs.append(normalised[k] * gammas[k] + betas[k])
            a = sign(outputs[k])
        targets = torch.full((BATCH, 10), -1.0)
        targets[torch.arange(BATCH), train_labels[chosen]] = 1
        g = -2 * targets * torch.clamp(1 - targets * outputs[-1], min=0) / targets.numel()
        gradients = [torch.empty(0)] * len(parameters)
        for k in reversed(layers):
            if k < len(pairs) - 1:
                g = g * (outputs[k].abs() <= 1)
            along = (g * normalised[k]).mean(0)
            gradients[len(pairs) + k] = (g * normalised[k]).sum(0)
            gradients[2 * len(pairs) + k] = g.sum(0)
            dx = gammas[k] * inverses[k] * (g - g.mean(0) - normalised[k] * along)
            gradients[k] = inputs[k].t() @ dx
            g = dx @ sign(weights[k]).t()
        corrected = rate * math.sqrt(1 - 0.999**step) / (1 - 0.9**step)
        for p, m, v, gradient, factor in zip(parameters, first, second, gradients, factors):
            m += 0.1 * (gradient - m)
            v += 0.001 * (gradient * gradient - v)
            p -= factor * corrected * m / (v.sqrt() + 1e-8)
        for w in weights:
            w.clamp_(-1, 1)
    print(f"seed {options.seed} epoch {epoch + 1} test error {test_error():.2f} %", flush=True)
