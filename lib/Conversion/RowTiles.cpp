//===- RowTiles.cpp - loops around register tiles -------------------------===//

#include "RowTiles.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace mlir::mx;

void mlir::mx::forTilesOfRows(ScalarBuilder &b, Value extent, int64_t height,
                              function_ref<void(Value, int64_t)> body) {
  Value tiles = b.make<arith::DivUIOp>(extent, b.index(height));
  Value rest = b.make<arith::RemUIOp>(extent, b.index(height));
  b.nest(tiles, [&](ValueRange tile) {
    body(b.mul(tile[0], b.index(height)), height);
  });
  SmallVector<int64_t> cases;
  for (int64_t left = 1; left < height; ++left)
    cases.push_back(left);
  auto choice = scf::IndexSwitchOp::create(b, TypeRange{}, rest, cases,
                                           /*caseRegionsCount=*/cases.size());
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToEnd(&choice.getDefaultRegion().emplaceBlock());
  scf::YieldOp::create(b);
  for (auto [left, region] : llvm::zip(cases, choice.getCaseRegions())) {
    b.setInsertionPointToEnd(&region.emplaceBlock());
    body(b.sub(extent, rest), left);
    scf::YieldOp::create(b);
  }
}

SmallVector<Value> mlir::mx::rolledLoop(ScalarBuilder &b, Value extent,
                                        ValueRange carried,
                                        ScalarBuilder::LoopBody body) {
  SmallVector<Value> results = b.loop(b.index(0), extent, carried, body);
  auto unroll = LLVM::LoopUnrollAttr::get(
      b.getContext(), /*disable=*/b.getBoolAttr(true), {}, {}, {}, {}, {}, {});
  auto annotation =
      LLVM::LoopAnnotationAttr::get(b.getContext(), {}, {}, {}, unroll, {}, {},
                                    {}, {}, {}, {}, {}, {}, {}, {}, {});
  results.front().getDefiningOp()->setAttr("loop_annotation", annotation);
  return results;
}
