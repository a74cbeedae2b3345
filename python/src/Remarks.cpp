//===- Remarks.cpp - remarks of a compilation -----------------------------===//

#include "Remarks.h"
#include "Failure.h"

#include "mx/Runner/Error.h"

#include "mlir/IR/Remarks.h"

using namespace mlir;
using namespace mlir::mx::python;

/// Returns `KEY=VALUE, ...`; plain text stands without a key.
static std::string
printArguments(ArrayRef<remark::detail::Remark::Arg> arguments) {
  std::string text;
  for (const remark::detail::Remark::Arg &argument : arguments) {
    text += text.empty() ? "" : ", ";
    text += argument.key == "Remark" ? "" : argument.key + "=";
    text += argument.val;
  }
  return text;
}

namespace {
struct Collector final : remark::detail::MLIRRemarkStreamerBase {
  explicit Collector(std::shared_ptr<std::vector<Remark>> remarks)
      : remarks(std::move(remarks)) {}

  void streamOptimizationRemark(const remark::detail::Remark &remark) override {
    remarks->push_back(
        {remark.getRemarkTypeString().lower(),
         remark.getCombinedCategoryName().str(), remark.getRemarkName().str(),
         remark.getFunction().str(), printArguments(remark.getArgs()),
         mx::printPlace(remark.getLocation())});
  }

  std::shared_ptr<std::vector<Remark>> remarks;
};
} // namespace

std::shared_ptr<std::vector<Remark>>
mlir::mx::python::collectRemarks(MLIRContext &context) {
  auto remarks = std::make_shared<std::vector<Remark>>();
  remark::RemarkCategories categories;
  categories.passed = categories.missed = categories.analysis =
      categories.failed = "mx-.*";
  if (failed(remark::enableOptimizationRemarks(
          context, std::make_unique<Collector>(remarks),
          std::make_unique<remark::RemarkEmittingPolicyAll>(), categories)))
    throw Failure("error: cannot collect remarks");
  return remarks;
}
