#include "engine/operations/products/linear/linear.h"

#include "engine/operations/products/dense/matrix_product.h"
#include "engine/selftest/cases/linear_reference.h"
#include "engine/selftest/cases/operation_case.h"
#include "engine/selftest/cases/operation_cases.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>

namespace engine::selftest {

namespace {

constexpr DataType kTypes[] = {DataType::Float32, DataType::Float16, DataType::BFloat16, DataType::Q8_0,
                               DataType::Q4_0,    DataType::Q4_1,    DataType::Q5_1};

// ---- bounds, as shares of the sum of absolute products ----

// A float32 sum of n products. Each addition errs by 2^-24 of the sum so far at most, which for products of
// one sign makes some sqrt(n) / 6 of it as a rule; the 8 is for short sums, and for what follows them.
double sumBound(double products) { return (8 + std::sqrt(products)) * 0x1p-24; }

// Packed weights see few tokens' x in 16 bits: half a step of 2^-15 of the largest of 32
// (LinearReference::largest).
double stepBound(DataType type, int tokens) {
    return isBlockQuantised(type) && tokens <= 32 ? 1.1 * 0x1p-16 : 0;
}

// Each product rounded to a share `unit`: that much for all of them, but as a rule, up and down, 0.6 unit /
// sqrt(n); among a hundred thousand outputs there is one five times as far off, and a margin of two.
double roundingBound(double unit, double products) { return unit * std::min(1.0, 6 / std::sqrt(products)); }

// What a product's operands are rounded to with this many tokens.
double roundingUnit(DataType type, int tokens, bool isHost) {
    const bool isPacked = isBlockQuantised(type);
    if (type == DataType::Float32)
        return 0;
    if (isHost) // linear.h: to bfloat16, x and what is not bfloat16 already
        return hasBfloat16Products() && tokens > 8 ? 0x1p-7 : 0;
    if (tokens <= (isPacked ? 32 : 16)) // cuda/linear_memory.h
        return 0;
    // matrix_product_cuda.cu: x to the weights' type, packed weights and x to float16.
    return isPacked ? 0x1p-10 : type == DataType::Float16 ? 0x1p-11 : 0x1p-8;
}

struct Bound {
    double products = 0; // of LinearReference::magnitude
    double steps = 0;    // of LinearReference::largest

    [[nodiscard]] double sum() const { return products + steps; }
    // An error of sum() times this is what both explain together.
    [[nodiscard]] double scale(const LinearReference& reference, std::size_t i) const {
        return (products * reference.magnitude[i] + steps * reference.largest[i]) / sum();
    }
};

// `density`: the share of x that is not zero.
Bound boundOf(DataType type, int columns, double density, int tokens, bool isHost) {
    const double products = std::max(1.0, columns * density);
    return {sumBound(products) + roundingBound(roundingUnit(type, tokens, isHost), products),
            stepBound(type, tokens)};
}

// ---- one matrix ----

// A matrix and x for some tokens, and what comes out.
struct Problem {
    Problem(OperationTest& test, DataType type, int rows, int columns, int tokens)
        : matrix(randomMatrix(type, rows, columns, test.random()))
        , tokens(tokens) {}

    // x with this share of values that are not zero; the first token's are all zero if others are.
    void setInputs(OperationTest& test, double share) {
        density = share;
        const auto columns = static_cast<std::size_t>(matrix.columns);
        x = test.values(static_cast<std::size_t>(tokens) * columns);
        if (density < 1)
            for (std::size_t i = 0; i < x.size(); ++i)
                if (i < columns || test.random().uniform() >= density)
                    x[i] = 0;
        reference = linearReference(matrix, x, tokens);
    }
    [[nodiscard]] Matrix kept(OperationTest& test, MatrixOrder order) const {
        ThreadPool alone(1);
        const DataType wanted = packedTypeOf(matrix.type).value_or(matrix.type);
        auto weights = LinearWeights::fromStored(matrix.type, matrix.bytes->span(), matrix.rows,
                                                 matrix.columns, wanted, matrix.bytes, alone, order);
        if (!weights)
            throw BackendFailure(weights.error());
        auto shared = std::make_shared<LinearWeights>(std::move(*weights));
        test.keep(shared);
        return shared->matrix();
    }

    StoredMatrix matrix;
    int tokens = 0;
    double density = 1;
    std::vector<float> x; // [tokens, columns]
    LinearReference reference;
};

// What stands in a job's y or stream, and the measure of its errors.
struct ExpectedValues {
    std::vector<double> values, scales;
};

// `bound` is the product's own. Where nothing is added up, nothing may come out.
ExpectedValues expectedOf(const Problem& problem, LinearEnd end, std::size_t count, const Bound& bound,
                          std::span<const float> stream, std::span<const float> receptance) {
    constexpr double kLeastScale = 1e-30;
    ExpectedValues expected{std::vector<double>(count), std::vector<double>(count)};
    for (std::size_t i = 0; i < count; ++i) {
        const double product = problem.reference.product[i];
        const double magnitude = bound.scale(problem.reference, i);
        double& value = expected.values[i];
        double& scale = expected.scales[i];
        switch (end) {
        case LinearEnd::Store:
            value = product;
            scale = magnitude;
            break;
        case LinearEnd::SquaredRelu: // (p + d)² = p² + 2 p d + d²
            value = product > 0 ? product * product : 0;
            scale = (2 * std::fabs(product) + bound.sum() * magnitude) * magnitude;
            break;
        case LinearEnd::AddToStream: {
            const double factor = receptance.empty() ? 1 : 1 / (1 + std::exp(-double{receptance[i]}));
            value = double{stream[i]} + factor * product;
            scale = std::fabs(double{stream[i]}) + factor * magnitude;
            break;
        }
        }
        scale = std::max(scale, kLeastScale);
    }
    return expected;
}

struct End {
    LinearEnd kind = LinearEnd::Store;
    bool hasReceptance = false;
    std::string name;
};

const End kStore{LinearEnd::Store, false, "stored"};
const End kSquaredRelu{LinearEnd::SquaredRelu, false, "squared relu"};
const End kAdded{LinearEnd::AddToStream, false, "added"};
const End kAddedWithReceptance{LinearEnd::AddToStream, true, "added with receptance"};

// The first `tokens` tokens of a problem. Returns what stands in y afterwards.
std::vector<float> compareProduct(OperationTest& test, Group& group, const Problem& problem,
                                  const Matrix& weights, const End& end, int tokens) {
    OperationCase one(test, group,
                      describe({{.tokens = tokens}}) + ", " + end.name +
                          (problem.density < 1 ? ", sparse x" : ""));
    const auto t = static_cast<std::size_t>(tokens);
    const std::size_t count = t * static_cast<std::size_t>(weights.rows);
    const bool isAdded = end.kind == LinearEnd::AddToStream;
    one.setTokens(std::vector<int>(t));
    const auto inputs = t * static_cast<std::size_t>(weights.columns);
    const Tensor x = one.input("x", std::span(problem.x).first(inputs));
    const Tensor y = isAdded ? one.scratch("y", count) : one.output("y", count);
    const auto streamBefore = test.values(count);
    const auto receptanceValues = test.values(end.hasReceptance ? count : 0);
    const Tensor stream = isAdded ? one.updated("stream", streamBefore) : Tensor{};
    const Tensor receptance = end.hasReceptance ? one.input("receptance", receptanceValues) : Tensor{};
    const auto after = one.onDevice([&](const Placed& at) {
        LinearJob job{weights, at(x), at(y)};
        job.end = end.kind;
        job.stream = isAdded ? at(stream) : nullptr;
        job.receptance = end.hasReceptance ? at(receptance) : nullptr;
        at.backend().linear({&job, 1}, tokens);
    });
    const Bound bound =
        boundOf(problem.matrix.type, weights.columns, problem.density, tokens, test.tested().isHost());
    const ExpectedValues expected =
        expectedOf(problem, end.kind, count, bound, streamBefore, receptanceValues);
    const auto found = OperationCase::read(after, isAdded ? stream : y);
    one.record(isAdded ? "stream" : "y", difference(found, expected.values, expected.scales), bound.sum());
    return {found.begin(), found.end()};
}

struct Shape {
    int rows = 0, columns = 0;
    bool isLarge = false;
};

std::vector<Shape> shapesOf(DataType type, bool isQuick) {
    std::vector<Shape> shapes = isBlockQuantised(type)
                                    ? std::vector<Shape>{{1, 32}, {8, 32}, {37, 96}, {130, 256}}
                                    : std::vector<Shape>{{1, 1}, {5, 7}, {8, 32}, {101, 203}};
    if (!isQuick)
        shapes.insert(shapes.end(), {{160, 2048, true}, {2048, 160, true}, {2048, 2048, true}});
    return shapes;
}

void compareMatrix(OperationTest& test, Group& group, const Problem& problem, MatrixOrder order,
                   const Shape& shape) {
    const Matrix weights = problem.kept(test, order);
    const auto tokens =
        shape.isLarge ? std::vector{8, 1, 3, 33} : std::vector{8, 1, 2, 3, 9, 16, 17, 33, 130};
    const auto ends = shape.isLarge ? std::vector{kStore, kAddedWithReceptance}
                                    : std::vector{kStore, kSquaredRelu, kAdded, kAddedWithReceptance};
    std::vector<float> ofEight;
    for (const int count : tokens)
        for (const End& end : ends) {
            const auto y = compareProduct(test, group, problem, weights, end, count);
            if (end.kind != LinearEnd::Store)
                continue;
            if (count == 8)
                ofEight = y;
            else if (count < 8) // linear.h: the very same
                group.record(describe({{.tokens = count}}) + ", beside the same tokens among 8",
                             bitDifference(y, std::span(ofEight).first(y.size())), 0);
        }
}

void matrixCases(OperationTest& test, DataType type) {
    for (const Shape& shape : shapesOf(type, test.isQuick())) {
        std::optional<Problem> problem; // both orders, the same values
        for (const MatrixOrder order : {MatrixOrder::RowMajor, MatrixOrder::ColumnMajor}) {
            const bool isColumnMajor = order == MatrixOrder::ColumnMajor;
            test.group(std::string(name(type)) + (isColumnMajor ? " column-major, " : " row-major, ") +
                           std::to_string(shape.rows) + " x " + std::to_string(shape.columns),
                       [&](Group& group) {
                           if (!problem) {
                               problem.emplace(test, type, shape.rows, shape.columns,
                                               shape.isLarge ? 33 : 130);
                               problem->setInputs(test, 1);
                           }
                           compareMatrix(test, group, *problem, order, shape);
                           if (!isColumnMajor)
                               return;
                           problem->setInputs(test, 0.1);
                           compareMatrix(test, group, *problem, order, shape);
                       });
        }
    }
}

// ---- several jobs in one call ----

// As many as RWKV-7 has, of several kinds; some share x, some have rows apart from one another, one squares.
void compareJobs(OperationTest& test, Group& group, std::span<Problem> problems,
                 std::span<const Matrix> matrices, int tokens) {
    OperationCase one(test, group,
                      std::to_string(problems.size()) + " jobs, " + describe({{.tokens = tokens}}));
    const auto t = static_cast<std::size_t>(tokens);
    one.setTokens(std::vector<int>(t));
    std::vector<LinearJob> jobs(problems.size());
    std::vector<Tensor> inputs(problems.size()), outputs(problems.size());
    for (std::size_t i = 0; i < problems.size(); ++i) {
        LinearJob& job = jobs[i];
        job.weights = matrices[i];
        const auto columns = static_cast<std::size_t>(job.weights.columns);
        const bool sharesX = i % 3 == 1;
        const bool isApart = i % 3 == 2;
        if (sharesX) {
            inputs[i] = inputs[i - 1];
        } else {
            const std::size_t stride = isApart ? columns + 5 : columns;
            std::vector<float> rows(t * stride, 1e6f);
            for (std::size_t token = 0; token < t; ++token)
                std::copy_n(problems[i].x.data() + token * columns, columns, rows.data() + token * stride);
            inputs[i] = one.input("x " + std::to_string(i), rows);
            job.xStride = isApart ? static_cast<int>(stride) : 0;
        }
        job.yStride = isApart ? job.weights.rows + 3 : 0;
        job.end = i == 3 ? LinearEnd::SquaredRelu : LinearEnd::Store;
        const int rowLength = isApart ? job.yStride : job.weights.rows;
        outputs[i] = one.output("y " + std::to_string(i), t * static_cast<std::size_t>(rowLength));
    }
    const auto after = one.onDevice([&](const Placed& at) {
        auto placed = jobs;
        for (std::size_t i = 0; i < placed.size(); ++i) {
            placed[i].x = at(inputs[i]);
            placed[i].y = at(outputs[i]);
        }
        at.backend().linear(placed, tokens);
    });
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        const LinearJob& job = jobs[i];
        const auto rows = static_cast<std::size_t>(job.weights.rows);
        const Bound bound =
            boundOf(problems[i].matrix.type, job.weights.columns, 1, tokens, test.tested().isHost());
        const ExpectedValues expected = expectedOf(problems[i], job.end, t * rows, bound, {}, {});
        const auto y = OperationCase::read(after, outputs[i]);
        const std::size_t stride = job.yStride > 0 ? static_cast<std::size_t>(job.yStride) : rows;
        for (std::size_t token = 0; token < t; ++token)
            one.record("y " + std::to_string(i) + " of token " + std::to_string(token),
                       difference(y.subspan(token * stride, rows),
                                  std::span(expected.values).subspan(token * rows, rows),
                                  std::span(expected.scales).subspan(token * rows, rows)),
                       bound.sum());
    }
}

void jobCases(OperationTest& test, DataType type) {
    test.group(std::string(name(type)) + ", 7 jobs, some sharing x", [&](Group& group) {
        constexpr int kMostTokens = 130;
        constexpr int kColumns = 96;
        std::vector<Problem> problems;
        std::vector<Matrix> matrices;
        for (const int rows : {101, 64, 203, 130, 16, 1, 37}) {
            // Low-rank factors beside packed matrices are float16.
            const bool isFactor = isBlockQuantised(type) && rows < 64;
            problems.emplace_back(test, isFactor ? DataType::Float16 : type, rows, kColumns, kMostTokens);
            Problem& problem = problems.back();
            const std::size_t i = problems.size() - 1;
            problem.setInputs(test, 1);
            if (i % 3 == 1) { // shares the one before's
                problem.x = problems[i - 1].x;
                problem.reference = linearReference(problem.matrix, problem.x, kMostTokens);
            }
            matrices.push_back(problem.kept(test, MatrixOrder::RowMajor));
        }
        for (const int tokens : {1, 2, 5, 8, 17, 33, kMostTokens})
            compareJobs(test, group, problems, matrices, tokens);
    });
}

} // namespace

void linearCases(OperationTest& test) {
    for (const DataType type : kTypes) {
        matrixCases(test, type);
        jobCases(test, type);
    }
}

} // namespace engine::selftest
