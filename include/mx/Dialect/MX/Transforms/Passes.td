//===- Passes.td - passes on the mx dialect ----------------*- tablegen -*-===//

#ifndef MX_DIALECT_MX_TRANSFORMS_PASSES_TD
#define MX_DIALECT_MX_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"
include "mx/Dialect/MX/Transforms/LoweringPasses.td"
include "mx/Dialect/MX/Transforms/ExternalizeConstants.td"
include "mx/Dialect/MX/Transforms/PoolTemporaries.td"
include "mx/Dialect/MX/Transforms/ShareFunctions.td"
include "mx/Dialect/MX/Transforms/ShareLoops.td"

def MXFoldConstantsPass : Pass<"mx-fold-constants", "::mlir::ModuleOp"> {
  let summary = "Quantize constant weights at compile time";
  let description = [{
    Replaces each `mx.quantize` whose source is a constant by an `mx.constant`,
    with the same bytes that the run-time op would give. The source may lie
    behind a chain of transposes (`linalg.transpose` or a permuting
    `linalg.generic`), reshapes, `tensor.cast`, and generics that only extend,
    truncate or broadcast, with `mx.rotate` after them; an `mx.outer_scale` of it
    is computed on the way.
    The chain is read in place, in tiles of rows, by several threads: no
    transposed copy of the weight is made.

    Equal constants share their bytes. A float resource that nothing in the
    module uses any more is emptied, so that its memory is free for the next
    weight (`release-blobs=false` keeps it: needed where other modules of the
    context use the same resource).

    A quantize of anything else stays for run time.

    Before:

    ```mlir
    func.func @f() -> tensor<64x128x!mx.amxfp4> {
      %w = arith.constant dense<1.0> : tensor<128x64xf32>
      %t = tensor.empty() : tensor<64x128xf32>
      %wt = linalg.transpose ins(%w : tensor<128x64xf32>) outs(%t : tensor<64x128xf32>) permutation = [1, 0]
      %e = tensor.empty() : tensor<64x128x!mx.amxfp4>
      %q = mx.quantize ins(%wt : tensor<64x128xf32>) outs(%e : tensor<64x128x!mx.amxfp4>) using amxfp4
      return %q : tensor<64x128x!mx.amxfp4>
    }
    ```

    After, `%q` is `mx.constant #mx.blocks<codes = ..., scales = ...>`.
  }];
  let options = [
    Option<"releaseBlobs", "release-blobs", "bool", /*default=*/"true",
           "Empty float resources that the module no longer uses">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::tensor::TensorDialect",
                           "::mlir::mx::MXDialect"];
}

def MXRotateOperandsPass : Pass<"mx-rotate-operands", "::mlir::ModuleOp"> {
  let summary = "Rotate both operands of each mx.matmul along K";
  let description = [{
    Puts an `mx.rotate` before the quantization of both operands of each
    `mx.matmul`, or before a float lhs, and computes outer scales from what is
    rotated. 16-bit floats are extended first. What several products share is
    rotated once. Run it between `convert-linalg-to-mx` and `mx-fold-constants`,
    which rotates constant weights at compile time. The product stays the same
    to rounding; the error of quantization changes.

    By the figures in docs/Rationale.md it helps integers and MXFP4, and hurts FP4 with
    asymmetric or FP8 scales; a remark of category `mx-quantize` says so. An
    operand that is quantized elsewhere, an outer scale from elsewhere, or a K
    below `size` leaves the product alone, with a remark.

    Before:

    ```mlir
    func.func @f(%x: tensor<4x128xf32>, %b: tensor<64x128xf32>, %c: tensor<4x64xf32>) -> tensor<4x64xf32> {
      %0 = tensor.empty() : tensor<64x128x!mx.mxfp4>
      %q = mx.quantize ins(%b : tensor<64x128xf32>) outs(%0 : tensor<64x128x!mx.mxfp4>) using mxfp4
      %y = mx.matmul ins(%x, %q : tensor<4x128xf32>, tensor<64x128x!mx.mxfp4>) outs(%c : tensor<4x64xf32>)
      return %y : tensor<4x64xf32>
    }
    ```

    After:

    ```mlir
    func.func @f(%x: tensor<4x128xf32>, %b: tensor<64x128xf32>, %c: tensor<4x64xf32>) -> tensor<4x64xf32> {
      %br = mx.rotate %b size(64) : tensor<64x128xf32>
      %xr = mx.rotate %x size(64) : tensor<4x128xf32>
      %0 = tensor.empty() : tensor<64x128x!mx.mxfp4>
      %q = mx.quantize ins(%br : tensor<64x128xf32>) outs(%0 : tensor<64x128x!mx.mxfp4>) using mxfp4
      %y = mx.matmul ins(%xr, %q : tensor<4x128xf32>, tensor<64x128x!mx.mxfp4>) outs(%c : tensor<4x64xf32>)
      return %y : tensor<4x64xf32>
    }
    ```
  }];
  let options = [
    Option<"kind", "kind", "::mlir::mx::RotationKind",
           /*default=*/"::mlir::mx::RotationKind::Hadamard", "Kind of rotation",
           [{::llvm::cl::values(
             clEnumValN(::mlir::mx::RotationKind::Hadamard, "hadamard",
                        "Hadamard matrix"),
             clEnumValN(::mlir::mx::RotationKind::RandomHadamard,
                        "random_hadamard", "The same after random signs"))}]>,
    Option<"size", "size", "int64_t", /*default=*/"64",
           "Size of the groups, a power of two up to 4096">,
    Option<"seed", "seed", "int64_t", /*default=*/"0",
           "Seed of the signs of random_hadamard">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::mx::MXDialect"];
}

def MXFuseQuantizePass : Pass<"mx-fuse-quantize", "::mlir::ModuleOp"> {
  let summary = "Quantize where the numbers are made, and finish products tile by tile";
  let description = [{
    Computes in one `scf.forall` over tiles

    - a `mx.quantize` with what makes its source: elementwise ops and row-wise
      reductions (RMSNorm, LayerNorm, `mx.outer_scale` of a row), one block of
      `rows` rows at a time;
    - a `mx.matmul` with its epilogue: elementwise ops (bias, activation,
      residual, a gate that is a second product) and a `mx.quantize` of the
      result, one tile of `rows` x `columns` at a time. A last axis that has to
      be whole (a norm before the quantize) keeps the row block and tiles the
      product in it by columns.

    Nothing is computed twice: an op with a use outside its group stays outside,
    as does a quantized activation, which its products share. Leading axes are
    taken one index at a time. The result has the same bits as before. Where all
    fits one tile, or an op cannot be tiled, it is left alone; the remarks of
    category `mx-fuse` say why.

    Before:

    ```mlir
    #map = affine_map<(m, k) -> (m, k)>
    func.func @f(%gate: tensor<?x64xf32>, %e: tensor<?x64xf32>, %q: tensor<?x64x!mx.amxfp4>) -> tensor<?x64x!mx.amxfp4> {
      %x = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]}
          ins(%gate : tensor<?x64xf32>) outs(%e : tensor<?x64xf32>) {
      ^bb0(%in: f32, %out: f32):
        %0 = math.absf %in : f32
        linalg.yield %0 : f32
      } -> tensor<?x64xf32>
      %0 = mx.quantize ins(%x : tensor<?x64xf32>) outs(%q : tensor<?x64x!mx.amxfp4>) using amxfp4
      return %0 : tensor<?x64x!mx.amxfp4>
    }
    ```

    After, with `rows=32`, the offsets and the size of the last tile left out:

    ```mlir
    #map = affine_map<(m, k) -> (m, k)>
    func.func @f(%gate: tensor<64x64xf32>, %e: tensor<64x64xf32>, %q: tensor<64x64x!mx.amxfp4>) -> tensor<64x64x!mx.amxfp4> {
      %0 = scf.forall (%i) = (0) to (64) step (32) shared_outs(%o = %q) -> (tensor<64x64x!mx.amxfp4>) {
        %g = tensor.extract_slice %gate[%i, 0] [32, 64] [1, 1] : tensor<64x64xf32> to tensor<32x64xf32>
        %t = tensor.extract_slice %e[%i, 0] [32, 64] [1, 1] : tensor<64x64xf32> to tensor<32x64xf32>
        %x = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]}
            ins(%g : tensor<32x64xf32>) outs(%t : tensor<32x64xf32>) {
        ^bb0(%in: f32, %out: f32):
          %1 = math.absf %in : f32
          linalg.yield %1 : f32
        } -> tensor<32x64xf32>
        %s = tensor.extract_slice %o[%i, 0] [32, 64] [1, 1] : tensor<64x64x!mx.amxfp4> to tensor<32x64x!mx.amxfp4>
        %y = mx.quantize ins(%x : tensor<32x64xf32>) outs(%s : tensor<32x64x!mx.amxfp4>) using amxfp4
        scf.forall.in_parallel {
          tensor.parallel_insert_slice %y into %o[%i, 0] [32, 64] [1, 1] : tensor<32x64x!mx.amxfp4> into tensor<64x64x!mx.amxfp4>
        }
      }
      return %0 : tensor<64x64x!mx.amxfp4>
    }
    ```
  }];
  let options = [
    Option<"rows", "rows", "int64_t", /*default=*/"32",
           "Rows of a tile, at least 1">,
    Option<"columns", "columns", "int64_t", /*default=*/"256",
           "Columns of a tile of a product, at least 1; a multiple of the block "
           "where the product is quantized">,
    Option<"byConfig", "by-config", "bool", /*default=*/"false",
           "Rows as the lowering_config of the products around says (row_block), "
           "all columns">
  ];
  let dependentDialects = ["::mlir::affine::AffineDialect",
                           "::mlir::arith::ArithDialect",
                           "::mlir::memref::MemRefDialect",
                           "::mlir::scf::SCFDialect",
                           "::mlir::tensor::TensorDialect"];
}

def MXVerifyStagePass : Pass<"mx-verify-stage", "::mlir::ModuleOp"> {
  let summary = "Check that a module is at the stage it is said to be";
  let description = [{
    `float`: no mx type or op. `block`: only the ops that keep blocks whole
    touch a block tensor: mx ops, func, scf, shard, arith.select, tensor.empty,
    dim and cast, and slices and reshapes that keep the last axis and the block
    boundaries; no linalg op, no cf block argument. `parts`: no mx type on any
    value or in any signature; of mx ops only those on parts. `target`: only
    llvm, omp or gpu ops, or builtin.

    Everything else is an error at the op, which says what was found and what
    the stage wants. A slice at run-time offsets along the blocked axis is
    refused unless its form proves that it cuts no block: an induction variable
    that steps by whole blocks, with a constant size or the rest of the axis.

    ```mlir
    // At stage block this is fine: whole blocks of the last axis.
    func.func @f(%q: tensor<4x64x!mx.amxfp4>) -> tensor<2x32x!mx.amxfp4> {
      %s = tensor.extract_slice %q[0, 32] [2, 32] [1, 1]
        : tensor<4x64x!mx.amxfp4> to tensor<2x32x!mx.amxfp4>
      return %s : tensor<2x32x!mx.amxfp4>
    }
    ```
  }];
  let options = [
    Option<"stage", "stage", "std::string", /*default=*/"\"block\"",
           "float, block, parts or target">
  ];
}

def MXSelectToIfPass : Pass<"mx-select-to-if"> {
  let summary = "Branch where arith.select chooses between whole tensors";
  let description = [{
    Rewrites an `arith.select` of tensors with a scalar condition as an `scf.if`.
    Upstream takes it for an elementwise op and gives the result the shape of the
    first tensor, also where the second is chosen and has other dynamic extents.

    Before:

    ```mlir
    func.func @f(%c: i1, %a: tensor<?xf32>, %b: tensor<?xf32>) -> tensor<?xf32> {
      %x = arith.select %c, %a, %b : tensor<?xf32>
      return %x : tensor<?xf32>
    }
    ```

    After:

    ```mlir
    func.func @f(%c: i1, %a: tensor<?xf32>, %b: tensor<?xf32>) -> tensor<?xf32> {
      %x = scf.if %c -> (tensor<?xf32>) {
        scf.yield %a : tensor<?xf32>
      } else {
        scf.yield %b : tensor<?xf32>
      }
      return %x : tensor<?xf32>
    }
    ```
  }];
  let dependentDialects = ["::mlir::scf::SCFDialect"];
}

def MXPrepareEntryPointsPass : Pass<"mx-prepare-entry-points", "::mlir::ModuleOp"> {
  let summary = "Mark public functions for the runner's ABI";
  let description = [{
    Gives each public function with a body the attribute `llvm.emit_c_interface`
    and records its tensor types in `mx.signature`, so that a runner can check
    arguments and read results after everything became pointers. Tensor arguments
    become `bufferization.writable = false`, unless they say otherwise: a caller's data
    is not overwritten. An argument with `mx.in_place = R` becomes a memref that
    result R is written to, and R is returned no more; the function's
    `mx.in_place = array<i64: ...>` says so of each argument (-1: holds none).
    A function in a nested module is an error: what follows in a
    pipeline lowers those at the top only.

    ```mlir
    // Before; after it @main has llvm.emit_c_interface and
    // mx.signature = (tensor<4xf32>) -> tensor<4xf32>, %x bufferization.writable = false.
    func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
      return %x : tensor<4xf32>
    }
    ```
  }];
  let dependentDialects = ["::mlir::bufferization::BufferizationDialect"];
}

#endif // MX_DIALECT_MX_TRANSFORMS_PASSES_TD
