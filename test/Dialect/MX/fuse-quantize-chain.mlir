// Planning looks at an op once for each tile that it could have, not once for
// each op behind it: 8000 ops in a row, of which none is a product, take less
// than a second, where their square would take a minute.
//
// RUN: %python -c "s = open(r'%s').read(); print(s.replace('  CHAI' + 'N', chr(10).join('  %%v{} = linalg.exp ins(%%v{} : tensor<64x64xf32>) outs(%%e : tensor<64x64xf32>) -> tensor<64x64xf32>'.format(i + 1, i) for i in range(8000))))" > %t
// RUN: timeout 20 mx-opt %t --mx-fuse-quantize=rows=4 | FileCheck %s

// CHECK-LABEL: func @chain(
//   CHECK-NOT:   scf.forall
//       CHECK:   return
func.func @chain(%v0: tensor<64x64xf32>) -> tensor<64x64xf32> {
  %e = tensor.empty() : tensor<64x64xf32>
  CHAIN
  return %v8000 : tensor<64x64xf32>
}
