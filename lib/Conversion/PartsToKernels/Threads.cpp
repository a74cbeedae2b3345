//===- Threads.cpp - shares of a loop, one a thread -----------------------===//

#include "Threads.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace mlir::mx;

void mlir::mx::forShares(ScalarBuilder &b, int64_t threads, Value count,
                         function_ref<void(Value, Value)> body) {
  if (threads == 1)
    return body(b.index(0), count);
  auto loop = scf::ForallOp::create(
      b, ArrayRef<OpFoldResult>{b.getIndexAttr(threads)}, ValueRange(),
      /*mapping=*/std::nullopt);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  Value thread = loop.getInductionVar(0), all = b.index(threads);
  auto bound = [&](Value share) {
    return b.make<arith::DivUIOp>(b.mul(share, count), all);
  };
  body(bound(thread), bound(b.add(thread, b.index(1))));
}

SmallVector<Value> mlir::mx::delinearize(ScalarBuilder &b, Value row,
                                         ArrayRef<Value> extents) {
  SmallVector<Value> indices;
  for (Value extent : llvm::reverse(extents.drop_front(!extents.empty()))) {
    indices.push_back(b.make<arith::RemUIOp>(row, extent));
    row = b.make<arith::DivUIOp>(row, extent);
  }
  if (!extents.empty())
    indices.push_back(row);
  std::reverse(indices.begin(), indices.end());
  return indices;
}
