//===- FoldConstantsQuantize.cpp - quantize a constant in tiles -----------===//
//
// Rows are independent but for a scale of the whole tensor, whose maximum is
// exact in any order: the bytes do not depend on the number of threads.
//
//===----------------------------------------------------------------------===//

#include "FoldConstants.h"

#include "mx/Numerics/Block.h"
#include "mx/Numerics/Codec.h"
#include "mx/Numerics/Packing.h"

#include "mlir/IR/Threading.h"

#include <cmath>

using namespace mlir;
using namespace mlir::mx;

/// Elements of a tile: 256 KB of f32, which a core's second cache holds.
static constexpr int64_t kTileElements = 1 << 16;

/// A cache line of f32.
static constexpr int64_t kLine = 16;

namespace {
/// A source as rows of the last axis, which are brought together in tiles.
class Rows {
public:
  explicit Rows(const FoldSource &source);

  int64_t size() const { return rowOffsets.size(); }
  int64_t length() const { return columnOffsets.size(); }

  /// Calls `use(first, count, x)`, on all threads, for tiles of `count` rows
  /// that begin at row `first`; x are their elements.
  void
  forEachTile(MLIRContext *context,
              llvm::function_ref<void(int64_t, int64_t, const float *)> use);

private:
  void gather(int64_t first, int64_t count, float *tile) const;
  void gatherColumns(int64_t first, int64_t count, float *tile) const;

  const ConstantView &view;
  ArrayRef<RowRotation> rotations;
  std::vector<int64_t> rowOffsets, columnOffsets;
  /// Rows lie in memory as in a tile, and stay as they are.
  bool isDense;
  /// Elements of a column are nearer to each other than those of a row.
  bool isTransposed;
};
} // namespace

static int64_t innerStride(ArrayRef<ConstantView::Axis> axes) {
  for (const ConstantView::Axis &axis : llvm::reverse(axes))
    if (!axis.empty())
      return axis.back().stride;
  return 0;
}

/// Returns true if `offsets` are 0, step, 2 * step, ...
static bool isProgression(ArrayRef<int64_t> offsets, int64_t step) {
  for (auto [index, offset] : llvm::enumerate(offsets))
    if (offset != static_cast<int64_t>(index) * step)
      return false;
  return true;
}

Rows::Rows(const FoldSource &source)
    : view(source.view), rotations(source.rotations),
      rowOffsets(offsetsOf(view.getAxes().drop_back())),
      columnOffsets(offsetsOf(view.getAxes().take_back())),
      isDense(rotations.empty() && view.getBaseAsF32() &&
              isProgression(rowOffsets, length()) &&
              isProgression(columnOffsets, 1)) {
  int64_t down = innerStride(view.getAxes().drop_back());
  int64_t along = innerStride(view.getAxes().take_back());
  isTransposed = down != 0 && down < along;
}

/// Reads columns, a cache line's worth of them at a time, so that lines of
/// the source and of the tile are both used whole.
void Rows::gatherColumns(int64_t first, int64_t count, float *tile) const {
  SmallVector<float> columns(kLine * count);
  for (int64_t begin = 0; begin < length(); begin += kLine) {
    int64_t width = std::min(kLine, length() - begin);
    for (int64_t i = 0; i < width; ++i)
      view.load(columnOffsets[begin + i], &rowOffsets[first], count,
                &columns[i * count]);
    for (int64_t row = 0; row < count; ++row)
      for (int64_t i = 0; i < width; ++i)
        tile[row * length() + begin + i] = columns[i * count + row];
  }
}

void Rows::gather(int64_t first, int64_t count, float *tile) const {
  if (isTransposed)
    return gatherColumns(first, count, tile);
  for (int64_t row = 0; row < count; ++row)
    view.load(rowOffsets[first + row], columnOffsets.data(), length(),
              tile + row * length());
}

void Rows::forEachTile(
    MLIRContext *context,
    llvm::function_ref<void(int64_t, int64_t, const float *)> use) {
  int64_t rows =
      std::max<int64_t>(kTileElements / std::max<int64_t>(length(), 1),
                        isTransposed ? 2 * kLine : 1);
  parallelFor(context, 0, llvm::divideCeil(size(), rows), [&](size_t index) {
    int64_t first = index * rows;
    int64_t count = std::min(rows, size() - first);
    if (isDense)
      return use(first, count, view.getBaseAsF32() + first * length());
    std::unique_ptr<float[]> tile(new float[count * length()]);
    gather(first, count, tile.get());
    for (const RowRotation &rotation : rotations)
      rotation.apply(tile.get(), count, length());
    use(first, count, tile.get());
  });
}

/// Returns the largest finite magnitude of `count` elements.
static float finiteMax(const float *x, int64_t count) {
  float maximum = 0.0f;
  for (int64_t i = 0; i < count; ++i)
    if (std::isfinite(x[i]))
      maximum = std::max(maximum, std::fabs(x[i]));
  return maximum;
}

/// The same of a view. A chain leaves no element of its base out, so that their
/// order does not matter here.
static float finiteMax(MLIRContext *context, const ConstantView &view) {
  // But a broadcast to no elements leaves out all.
  if (llvm::is_contained(view.getShape(), 0))
    return 0.0f;
  int64_t size = view.getBaseSize();
  std::vector<float> maxima(llvm::divideCeil(size, kTileElements), 0.0f);
  parallelFor(context, 0, maxima.size(), [&](size_t index) {
    int64_t first = index * kTileElements;
    int64_t count = std::min(kTileElements, size - first);
    std::unique_ptr<float[]> tile(new float[count]);
    view.load(first, /*offsets=*/nullptr, count, tile.get());
    maxima[index] = finiteMax(tile.get(), count);
  });
  return maxima.empty() ? 0.0f : *llvm::max_element(maxima);
}

/// The same of all rows.
static float finiteMax(MLIRContext *context, Rows &rows) {
  std::vector<float> maxima(rows.size());
  rows.forEachTile(context, [&](int64_t first, int64_t count, const float *x) {
    maxima[first] = finiteMax(x, count * rows.length());
  });
  return maxima.empty() ? 0.0f : *llvm::max_element(maxima);
}

void RowRotation::apply(float *x, int64_t rows, int64_t k) const {
  if (matrix.empty())
    ::mx::rotateRows(rotation, x, rows, k);
  else
    ::mx::rotateRowsBy(matrix.data(), size, x, rows, k);
  if (element == ConstantView::Float::F16)
    for (int64_t i = 0; i < rows * k; ++i)
      x[i] = ::mx::f16ToF32(::mx::f32ToF16(x[i]));
  else if (element == ConstantView::Float::BF16)
    for (int64_t i = 0; i < rows * k; ++i)
      x[i] = ::mx::bf16ToF32(::mx::f32ToBF16(x[i]));
}

std::vector<float> mlir::mx::readAll(const ConstantView &view) {
  std::vector<int64_t> offsets = offsetsOf(view.getAxes());
  std::vector<float> values(offsets.size());
  view.load(0, offsets.data(), offsets.size(), values.data());
  return values;
}

std::vector<float> mlir::mx::computeOuter(MLIRContext *context,
                                          const ::mx::FormatSpec &format,
                                          const FoldSource &source) {
  Rows rows(source);
  if (format.outer == ::mx::OuterScale::Tensor)
    return {::mx::outerScaleOf(format, source.rotations.empty()
                                           ? finiteMax(context, source.view)
                                           : finiteMax(context, rows))};
  std::vector<float> outer(rows.size());
  rows.forEachTile(context, [&](int64_t first, int64_t count, const float *x) {
    ::mx::outerScales(format, x, count, rows.length(), &outer[first]);
  });
  return outer;
}

BlocksAttr mlir::mx::quantizeSource(BlockType type,
                                    const ::mx::Quantizer &quantizer,
                                    const FoldSource &source,
                                    const std::vector<float> *outer) {
  MLIRContext *context = type.getContext();
  const ::mx::FormatSpec &format = type.getFormat();
  Rows rows(source);
  int64_t codeBytes = ::mx::codeBytesPerRow(format, rows.length());
  int64_t scaleBytes = ::mx::scaleBytesPerRow(format, rows.length());
  AsmResourceBlob codes = BlocksAttr::allocateBlob(rows.size() * codeBytes);
  AsmResourceBlob scales = BlocksAttr::allocateBlob(rows.size() * scaleBytes);
  auto *codeData = reinterpret_cast<uint8_t *>(codes.getMutableData().data());
  auto *scaleData = reinterpret_cast<uint8_t *>(scales.getMutableData().data());

  // A row's scale is computed while its elements are in the cache.
  bool ofRows = format.outer == ::mx::OuterScale::Row;
  bool onTheWay = ofRows && !outer;
  std::vector<float> values;
  if (outer)
    values = *outer;
  else if (onTheWay)
    values.resize(rows.size());
  else if (format.hasOuterScale())
    values = computeOuter(context, format, source);

  rows.forEachTile(context, [&](int64_t first, int64_t count, const float *x) {
    float *scale = values.data() + (ofRows ? first : 0);
    if (onTheWay)
      ::mx::outerScales(format, x, count, rows.length(), scale);
    ::mx::quantizeRows(format, quantizer, x, count, rows.length(),
                       format.hasOuterScale() ? scale : nullptr,
                       codeData + first * codeBytes,
                       scaleData + first * scaleBytes);
  });

  std::optional<AsmResourceBlob> outerBlob;
  if (format.hasOuterScale()) {
    outerBlob = BlocksAttr::allocateBlob(values.size() * sizeof(float));
    llvm::copy(values,
               reinterpret_cast<float *>(outerBlob->getMutableData().data()));
  }
  return BlocksAttr::getFromBlobs(
      RankedTensorType::get(source.view.getShape(), type), std::move(codes),
      std::move(scales), std::move(outerBlob));
}
