"""Modules that the suites of the package compile."""

import os
import re

import numpy as np

# y = x * transpose(w), w a resource that the text leaves out.
LINEAR = """
func.func @main(%x: tensor<?x256xf32>) -> tensor<?x192xf32> {
  %w = arith.constant dense_resource<w> : tensor<192x256xf32>
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %m = tensor.dim %x, %c0 : tensor<?x256xf32>
  %turned = tensor.empty() : tensor<256x192xf32>
  %wt = linalg.transpose ins(%w : tensor<192x256xf32>) outs(%turned : tensor<256x192xf32>) permutation = [1, 0]
  %empty = tensor.empty(%m) : tensor<?x192xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<?x192xf32>) -> tensor<?x192xf32>
  %y = linalg.matmul ins(%x, %wt : tensor<?x256xf32>, tensor<256x192xf32>)
                     outs(%init : tensor<?x192xf32>) -> tensor<?x192xf32>
  return %y : tensor<?x192xf32>
}
"""
FLOAT = "mx-float-to-llvm"

# Entries of every kind of argument and result.
KINDS = """
func.func @scale(%x: tensor<3xf32>, %s: f32) -> tensor<3xf32> {
  %t = tensor.splat %s : tensor<3xf32>
  %y = arith.mulf %x, %t : tensor<3xf32>
  return %y : tensor<3xf32>
}
func.func @add(%a: i32, %b: i32) -> i32 {
  %c = arith.addi %a, %b : i32
  return %c : i32
}
func.func @choose(%c: i1, %a: f64, %b: f64) -> f64 {
  %d = arith.select %c, %a, %b : f64
  return %d : f64
}
func.func @two(%x: tensor<?x2xi8>) -> (index, tensor<?x2xi8>, i1) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x2xi8>
  %y = arith.addi %x, %x : tensor<?x2xi8>
  %c = arith.cmpi eq, %n, %c0 : index
  return %n, %y, %c : index, tensor<?x2xi8>, i1
}
func.func @twice(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<2x2xf32>) {
  %y = arith.addf %x, %x : tensor<4xf32>
  %z = tensor.expand_shape %y [[0, 1]] output_shape [2, 2] : tensor<4xf32> into tensor<2x2xf32>
  return %y, %z : tensor<4xf32>, tensor<2x2xf32>
}
func.func @negate(%x: tensor<4xbf16>) -> tensor<4xbf16> {
  %y = arith.negf %x : tensor<4xbf16>
  return %y : tensor<4xbf16>
}
func.func @rank_0(%x: tensor<f64>) -> tensor<f64> {
  %y = arith.addf %x, %x : tensor<f64>
  return %y : tensor<f64>
}
func.func @is_less(%a: f64, %b: f64) -> i1 {
  %c = arith.cmpf olt, %a, %b : f64
  return %c : i1
}
func.func @half(%x: f16) -> i32 {
  %c = arith.fptosi %x : f16 to i32
  return %c : i32
}
func.func @nothing() {
  return
}
"""

# The first argument holds result 1.
IN_PLACE = """
func.func @step(%cache: tensor<4x8xf32> {mx.in_place = 1 : i64}, %row: tensor<1x8xf32>, %at: index)
    -> (tensor<8xf32>, tensor<4x8xf32>) {
  %next = tensor.insert_slice %row into %cache[%at, 0] [1, 8] [1, 1] : tensor<1x8xf32> into tensor<4x8xf32>
  %zero = arith.constant dense<0.0> : tensor<8xf32>
  %sum = linalg.reduce ins(%next : tensor<4x8xf32>) outs(%zero : tensor<8xf32>) dimensions = [0]
    (%a: f32, %b: f32) {
      %c = arith.addf %a, %b : f32
      linalg.yield %c : f32
    }
  return %sum, %next : tensor<8xf32>, tensor<4x8xf32>
}
"""


def tool(name: str) -> str:
    return os.path.join(os.environ["MX_TOOLS"], name)


def normal(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def unaligned(array: np.ndarray) -> np.ndarray:
    """Returns an equal array that does not lie at a multiple of its element."""
    room = np.zeros(array.nbytes + 1, np.uint8)
    room[1:] = array.reshape(-1).view(np.uint8)
    view = room[1:].view(array.dtype).reshape(array.shape)
    assert not view.flags.aligned
    return view


def has(*words: str) -> str:
    """Returns an expression for a message that holds `words` in this order."""
    return ".*".join(map(re.escape, words))
