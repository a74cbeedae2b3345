//===- ShareLoops.td - parallel loops as shares of threads -*- tablegen -*-===//

#ifndef MX_DIALECT_MX_TRANSFORMS_SHARELOOPS_TD
#define MX_DIALECT_MX_TRANSFORMS_SHARELOOPS_TD

include "mlir/Pass/PassBase.td"

def MXShareLoopsPass : Pass<"mx-share-loops", "::mlir::ModuleOp"> {
  let summary = "Split parallel loops and large elementwise ops among threads";
  let description = [{
    For memrefs. Each `scf.forall` that no other is around becomes one of `threads`
    iterations, of which number t does the iterations t, t + threads, .. of the old
    one, in an `scf.for`: the memory that an iteration needs can then be allocated
    before that loop, once a thread. Loops inside of it, and those of fewer iterations
    than there are threads, become `scf.for`; where the number is known only at run
    time, both versions are there. So do loops that take stack memory. In a share all
    is done by its thread: a `lowering_config` there gets `threads = 1`.

    A linalg op outside of these loops is split along its outermost loop that can be
    shared evenly, where it has at least 32,768 iterations in all; where that is known
    only at run time, both versions are there. Contractions stay whole, and ops with
    index maps other than projections.

    Iterations must not depend on each other, as `scf.forall` promises.

    Before:

    ```mlir
    func.func @f(%x: memref<?x64xf32>, %n: index, %v: f32) {
      scf.forall (%i) = (0) to (%n) step (16) {
        %row = memref.subview %x[%i, 0] [1, 64] [1, 1] : memref<?x64xf32> to memref<64xf32, strided<[1], offset: ?>>
        linalg.fill ins(%v : f32) outs(%row : memref<64xf32, strided<[1], offset: ?>>)
      }
      return
    }
    ```

    After `threads=2`:

    ```mlir
    func.func @f(%x: memref<?x64xf32>, %n: index, %v: f32) {
      %c0 = arith.constant 0 : index
      %c2 = arith.constant 2 : index
      %c16 = arith.constant 16 : index
      %blocks = arith.ceildivsi %n, %c16 : index
      %count = arith.maxsi %blocks, %c0 : index
      %feeds_all = arith.cmpi sge, %count, %c2 : index
      scf.if %feeds_all {
        scf.forall (%t) in (2) {
          scf.for %k = %t to %count step %c2 {
            %i = arith.muli %k, %c16 : index
            %row = memref.subview %x[%i, 0] [1, 64] [1, 1] : memref<?x64xf32> to memref<64xf32, strided<[1], offset: ?>>
            linalg.fill ins(%v : f32) outs(%row : memref<64xf32, strided<[1], offset: ?>>)
          }
        }
      } else {
        scf.for %i = %c0 to %n step %c16 {
          %row = memref.subview %x[%i, 0] [1, 64] [1, 1] : memref<?x64xf32> to memref<64xf32, strided<[1], offset: ?>>
          linalg.fill ins(%v : f32) outs(%row : memref<64xf32, strided<[1], offset: ?>>)
        }
      }
      return
    }
    ```
  }];
  let options = [
    Option<"threads", "threads", "int64_t", /*default=*/"1",
           "Threads; with 1 all parallel loops become scf.for">
  ];
  let dependentDialects = ["::mlir::affine::AffineDialect",
                           "::mlir::arith::ArithDialect",
                           "::mlir::memref::MemRefDialect",
                           "::mlir::scf::SCFDialect"];
}

def MXInlineAllocaScopesPass : Pass<"mx-inline-alloca-scopes"> {
  let summary = "Inline scopes of stack memory that hold none";
  let description = [{
    Upstream's conversion to OpenMP puts the body of each parallel loop in a
    `memref.alloca_scope`, which may hold one block only. Where nothing in it is a
    `memref.alloca`, but for those in scopes of their own, it is inlined. (Upstream's
    canonicalization does not where there is a call: it cannot know that functions
    allocate for themselves alone.)

    ```mlir
    // Inlined.
    func.func @f() {
      memref.alloca_scope {
        func.call @g() : () -> ()
      }
      return
    }
    func.func private @g()
    ```
  }];
}

#endif // MX_DIALECT_MX_TRANSFORMS_SHARELOOPS_TD
