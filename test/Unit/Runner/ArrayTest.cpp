//===- ArrayTest.cpp - arrays and generated data --------------------------===//

#include "Support.h"

#include "mx/Numerics/Codec.h"

#include <cmath>

using namespace mlir;
using namespace mlir::mx;
using namespace mlir::mx::test;

static const DType all[] = {DType::F64, DType::F32,  DType::F16, DType::BF16,
                            DType::I64, DType::I32,  DType::I16, DType::I8,
                            DType::I1,  DType::Index};

/// The names are those of MLIR and make generated arrays of the type.
TEST(Array, EveryTypeHasItsName) {
  for (DType type : all) {
    Array array = get(generate(("2x3x" + getName(type) + "=zeros").str()));
    EXPECT_EQ(array.dtype, type);
    EXPECT_EQ(toString(array), ("2x3x" + getName(type)).str());
    EXPECT_EQ(array.bytes, std::vector<uint8_t>(6 * byteSize(type), 0));
  }
}

/// The first outputs of SplitMix64 for the seed 1234567, as published with the
/// generator's reference code.
TEST(Generate, IsSplitMix64) {
  Array array = get(generate("5xi64=uniform:1234567"));
  const uint64_t wanted[] = {6457827717110365317u, 3203168211198807973u,
                             9817491932198370423u, 4593380528125082431u,
                             16408922859458223821u};
  ASSERT_EQ(array.bytes.size(), sizeof(wanted));
  EXPECT_EQ(std::memcmp(array.bytes.data(), wanted, sizeof(wanted)), 0);
}

TEST(Generate, UniformIsTheTop24Bits) {
  Array floats = get(generate("1000xf32=uniform:7"));
  Array bits = get(generate("1000xi64=uniform:7"));
  std::vector<float> values = toFloats(floats);
  for (size_t i = 0; i < values.size(); ++i) {
    uint64_t x;
    std::memcpy(&x, bits.bytes.data() + 8 * i, 8);
    EXPECT_EQ(values[i], (x >> 40) * 0x1p-23 - 1);
    EXPECT_GE(values[i], -1);
    EXPECT_LT(values[i], 1);
  }
}

TEST(Generate, IntegersAreTheTop4BitsAroundZero) {
  std::vector<float> values = toFloats(get(generate("1000xbf16=integers:7")));
  Array bits = get(generate("1000xi64=uniform:7"));
  for (size_t i = 0; i < values.size(); ++i) {
    uint64_t x;
    std::memcpy(&x, bits.bytes.data() + 8 * i, 8);
    EXPECT_EQ(values[i], static_cast<float>(x >> 60) - 8);
  }
}

TEST(Generate, NormalHasMeanZeroAndVarianceOne) {
  std::vector<double> values =
      toDoubles(get(generate("100x1000xf64=normal:3")));
  double sum = 0, squares = 0;
  for (double value : values) {
    sum += value;
    squares += value * value;
  }
  EXPECT_NEAR(sum / values.size(), 0, 0.02);
  EXPECT_NEAR(squares / values.size(), 1, 0.02);
}

/// A narrower type holds the same data, rounded.
TEST(Generate, TypesRoundTheSameNumbers) {
  for (const char *filling : {"uniform:5", "normal:5"}) {
    auto make = [&](const char *type) {
      return toFloats(
          get(generate(std::string("257x") + type + "=" + filling)));
    };
    std::vector<float> wide = make("f32"), half = make("f16"),
                       brain = make("bf16");
    EXPECT_EQ(wide, make("f64"));
    for (size_t i = 0; i < wide.size(); ++i) {
      EXPECT_EQ(half[i], ::mx::f16ToF32(::mx::f32ToF16(wide[i])));
      EXPECT_EQ(brain[i], ::mx::bf16ToF32(::mx::f32ToBF16(wide[i])));
    }
  }
}

TEST(Generate, BooleansAreZeroOrOne) {
  for (uint8_t byte : get(generate("100xi1=uniform:1")).bytes)
    EXPECT_LE(byte, 1);
}

TEST(Generate, EmptyAndScalar) {
  EXPECT_EQ(get(generate("0x4xf32=normal:1")).bytes.size(), 0u);
  EXPECT_EQ(get(generate("f32=normal:1")).bytes.size(), 4u);
}

TEST(Generate, RefusesWhatItCannotRead) {
  for (const char *text :
       {"", "x.npy", "4x4xf32", "4x4=zeros", "f33=zeros", "4xf32=normal",
        "4xf32=normal:", "4xf32=normal:x", "4xf32=ones", "-4xf32=zeros",
        "4x?xf32=zeros", "4xxf32=zeros", "99999999999999999999xf32=zeros",
        "4xui8=zeros"})
    EXPECT_NE(messageOf(generate(text)).find("neither"), std::string::npos)
        << text;
  EXPECT_EQ(messageOf(generate("4xi8=normal:1")),
            "error: '4xi8=normal:1': normal is for floats");
  EXPECT_EQ(messageOf(generate("4xi8=integers:1")),
            "error: '4xi8=integers:1': integers is for floats");
}

/// Sizes that overflow, or that no machine has, are errors and not crashes.
TEST(Generate, RefusesWhatDoesNotFit) {
  for (const char *text : {"1000000x1000000x1000xf32=zeros",
                           "9223372036854775807x9223372036854775807xf64=zeros"})
    EXPECT_NE(messageOf(generate(text)).find("does not fit in the memory"),
              std::string::npos);
}

TEST(Bind, ChecksShapeAndType) {
  ValueType wanted{DType::F32, true, {4, ShapedType::kDynamic}};
  Array good = get(generate("4x7xf32=zeros"));
  EXPECT_EQ(messageOf(bindTo(good, wanted)), "");
  for (const char *text : {"3x7xf32=zeros", "4xf32=zeros", "4x7xf64=zeros"}) {
    Array bad = get(generate(text));
    EXPECT_EQ(messageOf(bindTo(bad, wanted)),
              "error: found " + toString(bad) + ", wanted 4x?xf32");
  }
}

/// NumPy has no bf16 and no index; bytes may have either sign.
TEST(Bind, ReadsFileTypesAsOurs) {
  const std::pair<DType, DType> pairs[] = {
      {DType::U16, DType::BF16},  {DType::U8, DType::I8},
      {DType::I8, DType::I8},     {DType::I64, DType::Index},
      {DType::U64, DType::Index}, {DType::U32, DType::I32}};
  for (auto [file, ours] : pairs) {
    Array array = get(makeArray(file, {2}));
    EXPECT_EQ(messageOf(bindTo(array, ValueType{ours, true, {2}})), "");
    EXPECT_EQ(array.dtype, ours);
  }
}
