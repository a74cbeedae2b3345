// However a tensor is cut, put together, reshaped or carried around, the bytes
// of its blocks are those of quantizing it at once.
//
// RUN: rm -rf %t && mkdir %t
// RUN: mx-run %s --entry=whole --arg=6x72xf32=normal:7 --result=@%t/codes.npy --result=@%t/scales.npy --result=@%t/outer.npy
//
// DEFINE: %{entry} =
// DEFINE: %{same} = mx-run %s --entry=%{entry} --arg=6x72xf32=normal:7 --result=@%t/c.npy --result=@%t/s.npy --result=@%t/o.npy && \
// DEFINE:   cmp %t/c.npy %t/codes.npy && cmp %t/s.npy %t/scales.npy && cmp %t/o.npy %t/outer.npy
//
// REDEFINE: %{entry} = by_rows
// RUN: %{same}
// REDEFINE: %{entry} = in_parallel
// RUN: %{same}
// REDEFINE: %{entry} = by_columns
// RUN: %{same}
// REDEFINE: %{entry} = reshaped
// RUN: %{same}
// REDEFINE: %{entry} = carried
// RUN: %{same}
// REDEFINE: %{entry} = dynamic
// RUN: %{same}
// REDEFINE: %{entry} = parts
// RUN: %{same}
//
// Other data has other bytes.
// RUN: mx-run %s --entry=whole --arg=6x72xf32=normal:8 --result=@%t/c.npy --result=@%t/s.npy --result=@%t/o.npy
// RUN: not cmp %t/c.npy %t/codes.npy
// RUN: not cmp %t/s.npy %t/scales.npy
// RUN: not cmp %t/o.npy %t/outer.npy

!q = !mx.amxfp4_e4m3

func.func @whole(%x: tensor<6x72xf32>) -> tensor<6x72x!q> {
  %o = mx.outer_scale %x : tensor<6x72xf32> for !q
  %e = tensor.empty() : tensor<6x72x!q>
  %q = mx.quantize ins(%x : tensor<6x72xf32>) outer(%o : tensor<6xf32>) outs(%e : tensor<6x72x!q>) using amxfp4_e4m3
  return %q : tensor<6x72x!q>
}

// A row at a time, without its axis.
func.func @by_rows(%x: tensor<6x72xf32>) -> tensor<6x72x!q> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %init = tensor.empty() : tensor<6x72x!q>
  %m = tensor.dim %init, %c0 : tensor<6x72x!q>
  %r = scf.for %i = %c0 to %m step %c1 iter_args(%a = %init) -> tensor<6x72x!q> {
    %row = tensor.extract_slice %x[%i, 0] [1, 72] [1, 1] : tensor<6x72xf32> to tensor<72xf32>
    %o = mx.outer_scale %row : tensor<72xf32> for !q
    %e = tensor.empty() : tensor<72x!q>
    %q = mx.quantize ins(%row : tensor<72xf32>) outer(%o : tensor<f32>) outs(%e : tensor<72x!q>) using amxfp4_e4m3
    %n = tensor.insert_slice %q into %a[%i, 0] [1, 72] [1, 1] : tensor<72x!q> into tensor<6x72x!q>
    scf.yield %n : tensor<6x72x!q>
  }
  return %r : tensor<6x72x!q>
}

// Into tiles of two rows of the result.
func.func @in_parallel(%x: tensor<6x72xf32>) -> tensor<6x72x!q> {
  %o = mx.outer_scale %x : tensor<6x72xf32> for !q
  %init = tensor.empty() : tensor<6x72x!q>
  %r = scf.forall (%i) = (0) to (6) step (2) shared_outs(%a = %init) -> tensor<6x72x!q> {
    %rows = tensor.extract_slice %x[%i, 0] [2, 72] [1, 1] : tensor<6x72xf32> to tensor<2x72xf32>
    %p = tensor.extract_slice %o[%i] [2] [1] : tensor<6xf32> to tensor<2xf32>
    %e = tensor.extract_slice %a[%i, 0] [2, 72] [1, 1] : tensor<6x72x!q> to tensor<2x72x!q>
    %q = mx.quantize ins(%rows : tensor<2x72xf32>) outer(%p : tensor<2xf32>) outs(%e : tensor<2x72x!q>) using amxfp4_e4m3
    scf.forall.in_parallel {
      tensor.parallel_insert_slice %q into %a[%i, 0] [2, 72] [1, 1] : tensor<2x72x!q> into tensor<6x72x!q>
    }
  }
  return %r : tensor<6x72x!q>
}

// The last column first; the short block keeps its padding.
func.func @by_columns(%x: tensor<6x72xf32>) -> tensor<6x72x!q> {
  %o = mx.outer_scale %x : tensor<6x72xf32> for !q
  %x1 = tensor.extract_slice %x[0, 64] [6, 8] [1, 1] : tensor<6x72xf32> to tensor<6x8xf32>
  %e1 = tensor.empty() : tensor<6x8x!q>
  %q1 = mx.quantize ins(%x1 : tensor<6x8xf32>) outer(%o : tensor<6xf32>) outs(%e1 : tensor<6x8x!q>) using amxfp4_e4m3
  %x0 = tensor.extract_slice %x[0, 0] [6, 64] [1, 1] : tensor<6x72xf32> to tensor<6x64xf32>
  %e0 = tensor.empty() : tensor<6x64x!q>
  %q0 = mx.quantize ins(%x0 : tensor<6x64xf32>) outer(%o : tensor<6xf32>) outs(%e0 : tensor<6x64x!q>) using amxfp4_e4m3
  %init = tensor.empty() : tensor<6x72x!q>
  %a = tensor.insert_slice %q1 into %init[0, 64] [6, 8] [1, 1] : tensor<6x8x!q> into tensor<6x72x!q>
  %b = tensor.insert_slice %q0 into %a[0, 0] [6, 64] [1, 1] : tensor<6x64x!q> into tensor<6x72x!q>
  return %b : tensor<6x72x!q>
}

// As 3 x 2 x 72, the parts of which go through slices and another reshape.
func.func @reshaped(%x: tensor<6x72xf32>) -> tensor<6x72x!q> {
  %q = call @whole(%x) : (tensor<6x72xf32>) -> tensor<6x72x!q>
  %3 = tensor.expand_shape %q [[0, 1], [2]] output_shape [3, 2, 72] : tensor<6x72x!q> into tensor<3x2x72x!q>
  %even = tensor.extract_slice %3[0, 0, 0] [3, 1, 72] [1, 1, 1] : tensor<3x2x72x!q> to tensor<3x72x!q>
  %odd = tensor.extract_slice %3[0, 1, 32] [3, 1, 40] [1, 1, 1] : tensor<3x2x72x!q> to tensor<3x1x40x!q>
  %init = tensor.empty() : tensor<3x2x72x!q>
  %a = tensor.insert_slice %3 into %init[0, 0, 0] [3, 2, 72] [1, 1, 1] : tensor<3x2x72x!q> into tensor<3x2x72x!q>
  %wrong = tensor.insert_slice %even into %a[0, 1, 0] [3, 1, 72] [1, 1, 1] : tensor<3x72x!q> into tensor<3x2x72x!q>
  %first = tensor.extract_slice %3[0, 1, 0] [3, 1, 32] [1, 1, 1] : tensor<3x2x72x!q> to tensor<3x1x32x!q>
  %b = tensor.insert_slice %odd into %wrong[0, 1, 32] [3, 1, 40] [1, 1, 1] : tensor<3x1x40x!q> into tensor<3x2x72x!q>
  %c = tensor.insert_slice %first into %b[0, 1, 0] [3, 1, 32] [1, 1, 1] : tensor<3x1x32x!q> into tensor<3x2x72x!q>
  %r = tensor.collapse_shape %c [[0, 1], [2]] : tensor<3x2x72x!q> into tensor<6x72x!q>
  return %r : tensor<6x72x!q>
}

// Through every kind of control flow, against a tensor of zeros that must not
// be taken.
func.func @carried(%x: tensor<6x72xf32>) -> tensor<6x72x!q> {
  %true = arith.constant true
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %zeros = arith.constant dense<0.0> : tensor<6x72xf32>
  %wrong = call @whole(%zeros) : (tensor<6x72xf32>) -> tensor<6x72x!q>
  %q = call @whole(%x) : (tensor<6x72xf32>) -> tensor<6x72x!q>
  %v = tensor.extract %x[%c0, %c0] : tensor<6x72xf32>
  %p = arith.cmpf une, %v, %v : f32
  %0 = scf.if %p -> tensor<6x72x!q> {
    scf.yield %wrong : tensor<6x72x!q>
  } else {
    scf.yield %q : tensor<6x72x!q>
  }
  %1:2 = scf.for %i = %c0 to %c3 step %c1 iter_args(%a = %wrong, %b = %0) -> (tensor<6x72x!q>, tensor<6x72x!q>) {
    scf.yield %b, %a : tensor<6x72x!q>, tensor<6x72x!q>
  }
  %2:3 = scf.while (%n = %c0, %a = %1#1, %b = %1#0) : (index, tensor<6x72x!q>, tensor<6x72x!q>) -> (index, tensor<6x72x!q>, tensor<6x72x!q>) {
    %more = arith.cmpi slt, %n, %c3 : index
    scf.condition(%more) %n, %b, %a : index, tensor<6x72x!q>, tensor<6x72x!q>
  } do {
  ^bb0(%n: index, %a: tensor<6x72x!q>, %b: tensor<6x72x!q>):
    %next = arith.addi %n, %c1 : index
    scf.yield %next, %a, %b : index, tensor<6x72x!q>, tensor<6x72x!q>
  }
  %k = arith.fptosi %v : f32 to i64
  %n = arith.index_cast %k : i64 to index
  %3 = scf.index_switch %n -> tensor<6x72x!q>
  case 77 {
    scf.yield %wrong : tensor<6x72x!q>
  }
  default {
    scf.yield %2#2 : tensor<6x72x!q>
  }
  %4 = arith.select %p, %wrong, %3 : tensor<6x72x!q>
  return %4 : tensor<6x72x!q>
}

// With nothing known of the extents: K travels beside the bytes.
func.func @dynamic(%x: tensor<6x72xf32>) -> tensor<6x72x!q> {
  %d = tensor.cast %x : tensor<6x72xf32> to tensor<?x?xf32>
  %q = call @inner(%d) : (tensor<?x?xf32>) -> tensor<?x?x!q>
  %r = tensor.cast %q : tensor<?x?x!q> to tensor<6x72x!q>
  return %r : tensor<6x72x!q>
}

func.func private @inner(%x: tensor<?x?xf32>) -> tensor<?x?x!q> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %m = tensor.dim %x, %c0 : tensor<?x?xf32>
  %k = tensor.dim %x, %c1 : tensor<?x?xf32>
  %o = mx.outer_scale %x : tensor<?x?xf32> for !q
  %e = tensor.empty(%m, %k) : tensor<?x?x!q>
  %q = mx.quantize ins(%x : tensor<?x?xf32>) outer(%o : tensor<?xf32>) outs(%e : tensor<?x?x!q>) using amxfp4_e4m3
  %qk = tensor.dim %q, %c1 : tensor<?x?x!q>
  %init = tensor.empty(%m, %qk) : tensor<?x?x!q>
  %r = scf.for %i = %c0 to %m step %c2 iter_args(%a = %init) -> tensor<?x?x!q> {
    %s = tensor.extract_slice %q[%i, 0] [2, %qk] [1, 1] : tensor<?x?x!q> to tensor<2x?x!q>
    %ak = tensor.dim %a, %c1 : tensor<?x?x!q>
    %n = tensor.insert_slice %s into %a[%i, 0] [2, %ak] [1, 1] : tensor<2x?x!q> into tensor<?x?x!q>
    scf.yield %n : tensor<?x?x!q>
  }
  return %r : tensor<?x?x!q>
}

// By its bytes, put together again.
func.func @parts(%x: tensor<6x72xf32>) -> tensor<6x72x!q> {
  %q = call @whole(%x) : (tensor<6x72xf32>) -> tensor<6x72x!q>
  %p:3 = mx.split %q : tensor<6x72x!q>
  %c = linalg.copy ins(%p#0 : tensor<6x48xi8>) outs(%p#0 : tensor<6x48xi8>) -> tensor<6x48xi8>
  %r = mx.join %c, %p#1, %p#2 : (tensor<6x48xi8>, tensor<6x3x2xi8>, tensor<6xf32>) -> tensor<6x72x!q>
  return %r : tensor<6x72x!q>
}
