#include "engine/operations/products/dense/matrix_product.h"

#include "engine/cpu/processor_level.h"

#include <oneapi/dnnl/dnnl.hpp>

#include <omp.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <new>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <utility>

namespace engine {

namespace {

// Tiles of C measured on a Zen 5 with 1 MiB of L2 per core: from 192 x 192 up bfloat16 products run at 98 %
// of their best rate; products with A transposed gain from width and from keeping the depth near 1000 (900
// against 750 GFLOP/s).
constexpr int kTileRows = 256;
constexpr int kTileColumns = 384;
constexpr int kTileDepthTransposed = 1024;
constexpr int kSmallestTile = 64;

// Shapes come from a model's matrices times chunk lengths; a process that runs through more than this starts
// afresh.
constexpr std::size_t kCachedProducts = 512;

// oneDNN asks OpenMP how many threads it may use; the answer belongs to the thread that asks.
class SingleThreadScope {
public:
    SingleThreadScope()
        : m_before(omp_get_max_threads()) {
        omp_set_num_threads(1);
    }
    ~SingleThreadScope() { omp_set_num_threads(m_before); }
    SingleThreadScope(const SingleThreadScope&) = delete;
    SingleThreadScope& operator=(const SingleThreadScope&) = delete;

private:
    int m_before;
};

// oneDNN's name for the most that a level may use.
dnnl::cpu_isa oneDnnLimit(ProcessorLevel level) {
    switch (level) {
    case ProcessorLevel::Plain: return dnnl::cpu_isa::sse41;
    case ProcessorLevel::Avx2: return dnnl::cpu_isa::avx2;
    case ProcessorLevel::Avx512: return dnnl::cpu_isa::avx512_core;
    case ProcessorLevel::Vnni: return dnnl::cpu_isa::avx512_core_bf16;
    case ProcessorLevel::Amx: break;
    }
    return dnnl::cpu_isa::all;
}

// Only before oneDNN is asked for anything; it keeps what it then finds.
void limitOneDnn() {
    [[maybe_unused]] static const auto done = [] {
        return processorLevel() < highestProcessorLevel()
                   ? dnnl::set_max_cpu_isa(oneDnnLimit(processorLevel()))
                   : dnnl::status::success;
    }();
}

const dnnl::engine& processor() {
    limitOneDnn();
    static const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
    return engine;
}

dnnl::memory::data_type dnnlType(DataType type) {
    return type == DataType::BFloat16 ? dnnl::memory::data_type::bf16 : dnnl::memory::data_type::f32;
}

struct ShapeHash {
    std::size_t operator()(const ProductShape& s) const {
        const int flags = (s.transposeA ? 1 : 0) | (s.transposeB ? 2 : 0) | (s.accumulate ? 4 : 0);
        std::size_t hash = 14695981039346656037u; // FNV-1a over whole words
        for (const int word : {s.m, s.n, s.k, s.strideA, s.strideB, s.strideC, flags,
                               static_cast<int>(s.inputs), static_cast<int>(s.output)})
            hash = (hash ^ static_cast<std::size_t>(static_cast<unsigned>(word))) * 1099511628211u;
        return hash;
    }
};

class ProductCache {
public:
    std::shared_ptr<const PreparedProduct> find(const ProductShape& shape) const {
        const std::shared_lock lock(m_mutex);
        const auto found = m_products.find(shape);
        return found == m_products.end() ? nullptr : found->second;
    }
    void add(const ProductShape& shape, std::shared_ptr<const PreparedProduct> product) {
        const std::unique_lock lock(m_mutex);
        if (m_products.size() >= kCachedProducts)
            m_products.clear(); // whoever runs one holds a reference
        m_products.emplace(shape, std::move(product));
    }

private:
    mutable std::shared_mutex m_mutex;
    std::unordered_map<ProductShape, std::shared_ptr<const PreparedProduct>, ShapeHash> m_products;
};

ProductCache& cache() {
    static_cast<void>(processor()); // made first, so that it outlives the products
    static ProductCache instance;
    return instance;
}

Expected<ProductShape> checked(ProductShape s) {
    const bool inputsKnown = s.inputs == DataType::Float32 || s.inputs == DataType::BFloat16;
    const bool outputKnown =
        s.output == DataType::Float32 || (s.output == DataType::BFloat16 && s.output == s.inputs);
    if (!inputsKnown || !outputKnown)
        return failure(ErrorCode::UnsupportedType, "matrix product: " + std::string(name(s.inputs)) +
                                                       " into " + std::string(name(s.output)) +
                                                       " is not offered; inputs are f32 or bf16");
    if (s.inputs == DataType::BFloat16 && !hasBfloat16Products())
        return failure(ErrorCode::UnsupportedType,
                       "matrix product: this processor has no bfloat16 products; use f32");
    const int rowA = s.transposeA ? s.m : s.k;
    const int rowB = s.transposeB ? s.k : s.n;
    s.strideA = s.strideA == 0 ? rowA : s.strideA;
    s.strideB = s.strideB == 0 ? rowB : s.strideB;
    s.strideC = s.strideC == 0 ? s.n : s.strideC;
    if (s.m < 1 || s.n < 1 || s.k < 1 || s.strideA < rowA || s.strideB < rowB || s.strideC < s.n)
        return failure(ErrorCode::InvalidArgument,
                       "matrix product: sizes m " + std::to_string(s.m) + ", n " + std::to_string(s.n) +
                           ", k " + std::to_string(s.k) + " with strides " + std::to_string(s.strideA) +
                           ", " + std::to_string(s.strideB) + ", " + std::to_string(s.strideC) +
                           ": sizes must be positive and strides at least one row");
    return s;
}

// How C is cut for a pool, and the depth in which the sums are taken.
struct Tiling {
    int rows;
    int columns;
    int depth;
};

int pieces(int size, int tile) { return (size + tile - 1) / tile; }

// Equal pieces of at most `limit`, in multiples of 32 so that full vectors are used.
int evenTile(int size, int limit) {
    const int even = pieces(size, pieces(size, limit));
    return std::min(size, pieces(even, 32) * 32);
}

Tiling tilingFor(const ProductShape& s, int threads) {
    Tiling t{evenTile(s.m, kTileRows), evenTile(s.n, kTileColumns), s.k};
    // Sums taken in several steps go through C, which must then hold them in float32.
    if (s.transposeA && s.output == DataType::Float32)
        t.depth = pieces(s.k, pieces(s.k, kTileDepthTransposed));
    if (threads == 1)
        return t;
    while (pieces(s.m, t.rows) * pieces(s.n, t.columns) < threads) {
        int& larger = t.rows >= t.columns ? t.rows : t.columns;
        if (larger <= kSmallestTile)
            break;
        larger = evenTile(larger, larger / 2);
    }
    return t;
}

// Everything to compute a tile of C: the tiles have at most two sizes along each of m, n and k, and the first
// step along k may overwrite C where the others add to it.
class TiledProduct {
public:
    static Expected<TiledProduct> make(const ProductShape& shape, int threads) {
        TiledProduct tiled;
        tiled.m_shape = shape;
        tiled.m_tiling = tilingFor(shape, threads);
        const Tiling& t = tiled.m_tiling;
        for (const bool lastRow : {false, true})
            for (const bool lastColumn : {false, true})
                for (const bool lastDepth : {false, true})
                    for (const bool adds : {false, true}) {
                        ProductShape part = shape;
                        part.m = lastRow ? shape.m - (pieces(shape.m, t.rows) - 1) * t.rows : t.rows;
                        part.n =
                            lastColumn ? shape.n - (pieces(shape.n, t.columns) - 1) * t.columns : t.columns;
                        part.k = lastDepth ? shape.k - (pieces(shape.k, t.depth) - 1) * t.depth : t.depth;
                        part.accumulate = adds;
                        const bool needed =
                            (!adds || shape.accumulate || t.depth < shape.k) && (adds || !shape.accumulate);
                        if (!needed)
                            continue;
                        auto product = PreparedProduct::get(part);
                        if (!product)
                            return failure(product.error());
                        tiled.m_scratchBytes = std::max(tiled.m_scratchBytes, (*product)->scratchBytes());
                        tiled.m_products[index(lastRow, lastColumn, lastDepth, adds)] = std::move(*product);
                    }
        return tiled;
    }

    [[nodiscard]] int tiles() const {
        return pieces(m_shape.m, m_tiling.rows) * pieces(m_shape.n, m_tiling.columns);
    }
    [[nodiscard]] std::size_t scratchBytes() const { return m_scratchBytes; }

    [[nodiscard]] bool run(int tile, const void* a, const void* b, void* c,
                           std::byte* scratch) const noexcept {
        const int columnTiles = pieces(m_shape.n, m_tiling.columns);
        const int depthTiles = pieces(m_shape.k, m_tiling.depth);
        const int row = tile / columnTiles * m_tiling.rows;
        const int column = tile % columnTiles * m_tiling.columns;
        for (int step = 0; step < depthTiles; ++step) {
            const int depth = step * m_tiling.depth;
            const bool adds = m_shape.accumulate || step > 0;
            const auto& product =
                m_products[index(row + m_tiling.rows >= m_shape.m, column + m_tiling.columns >= m_shape.n,
                                 step + 1 == depthTiles, adds)];
            const std::size_t elementA =
                bytesPerBlock(m_shape.inputs) * offset(row, depth, m_shape.strideA, m_shape.transposeA);
            const std::size_t elementB =
                bytesPerBlock(m_shape.inputs) * offset(depth, column, m_shape.strideB, m_shape.transposeB);
            const std::size_t elementC =
                bytesPerBlock(m_shape.output) * offset(row, column, m_shape.strideC, false);
            if (!product->run(static_cast<const std::byte*>(a) + elementA,
                              static_cast<const std::byte*>(b) + elementB,
                              static_cast<std::byte*>(c) + elementC, scratch))
                return false;
        }
        return true;
    }

private:
    static std::size_t index(bool lastRow, bool lastColumn, bool lastDepth, bool adds) {
        return (lastRow ? 8u : 0u) | (lastColumn ? 4u : 0u) | (lastDepth ? 2u : 0u) | (adds ? 1u : 0u);
    }
    static std::size_t offset(int row, int column, int stride, bool transposed) {
        if (transposed)
            std::swap(row, column);
        return static_cast<std::size_t>(row) * static_cast<std::size_t>(stride) +
               static_cast<std::size_t>(column);
    }

    ProductShape m_shape;
    Tiling m_tiling{};
    std::shared_ptr<const PreparedProduct> m_products[16];
    std::size_t m_scratchBytes = 0;
};

Expected<void> refused() {
    return failure(ErrorCode::Internal, "matrix product: oneDNN could not run a product it had prepared");
}

} // namespace

bool hasBfloat16Products() {
    static const bool has = [] {
        limitOneDnn();
        const auto isa = static_cast<unsigned>(dnnl::get_effective_cpu_isa());
        const auto wanted = static_cast<unsigned>(dnnl::cpu_isa::avx512_core_bf16);
        return (isa & wanted) == wanted;
    }();
    return has;
}

struct PreparedProduct::Primitive {
    dnnl::matmul::primitive_desc description;
    dnnl::matmul primitive;
};

PreparedProduct::PreparedProduct(std::unique_ptr<const Primitive> primitive)
    : m_primitive(std::move(primitive)) {}
PreparedProduct::~PreparedProduct() = default;

Expected<std::shared_ptr<const PreparedProduct>> PreparedProduct::get(const ProductShape& wanted) {
    const auto shape = checked(wanted);
    if (!shape)
        return failure(shape.error());
    if (auto known = cache().find(*shape))
        return known;
    try {
        using Desc = dnnl::memory::desc;
        using Dims = dnnl::memory::dims;
        const SingleThreadScope single;
        const auto strides = [](int stride, bool transposed) {
            return transposed ? Dims{1, stride} : Dims{stride, 1};
        };
        const Desc a({shape->m, shape->k}, dnnlType(shape->inputs),
                     strides(shape->strideA, shape->transposeA));
        const Desc b({shape->k, shape->n}, dnnlType(shape->inputs),
                     strides(shape->strideB, shape->transposeB));
        const Desc c({shape->m, shape->n}, dnnlType(shape->output), strides(shape->strideC, false));
        dnnl::primitive_attr attributes;
        attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
        if (shape->accumulate) {
            dnnl::post_ops sum;
            sum.append_sum(1.0f);
            attributes.set_post_ops(sum);
        }
        const dnnl::matmul::primitive_desc description(dnnl::matmul::desc(a, b, c), attributes, processor());
        auto primitive = std::make_unique<const Primitive>(Primitive{description, dnnl::matmul(description)});
        std::shared_ptr<const PreparedProduct> product(new PreparedProduct(std::move(primitive)));
        cache().add(*shape, product);
        return product;
    } catch (const dnnl::error& e) {
        if (e.status == dnnl_out_of_memory)
            throw std::bad_alloc();
        return failure(ErrorCode::Internal, std::string("matrix product: oneDNN: ") + e.what());
    }
}

std::size_t PreparedProduct::scratchBytes() const {
    return m_primitive->description.scratchpad_desc().get_size();
}

bool PreparedProduct::run(const void* a, const void* b, void* c, std::byte* scratch) const noexcept {
    try {
        const SingleThreadScope single;
        const dnnl::matmul::primitive_desc& d = m_primitive->description;
        // oneDNN's handles are not const; it reads A and B only.
        const auto memory = [](const dnnl::memory::desc& desc, const void* data) {
            return dnnl::memory(desc, processor(), const_cast<void*>(data));
        };
        dnnl::stream stream(processor());
        m_primitive->primitive.execute(stream, {{DNNL_ARG_SRC, memory(d.src_desc(), a)},
                                                {DNNL_ARG_WEIGHTS, memory(d.weights_desc(), b)},
                                                {DNNL_ARG_DST, memory(d.dst_desc(), c)},
                                                {DNNL_ARG_SCRATCHPAD, memory(d.scratchpad_desc(), scratch)}});
        stream.wait();
        return true;
    } catch (...) {
        return false;
    }
}

Expected<void> multiply(const ProductShape& wanted, const void* a, const void* b, void* c,
                        ProductScratch& scratch) {
    const auto shape = checked(wanted);
    if (!shape)
        return failure(shape.error());
    const auto tiled = TiledProduct::make(*shape, 1);
    if (!tiled)
        return failure(tiled.error());
    if (scratch.threads.empty())
        scratch.threads.resize(1);
    scratch.threads[0].ensure(tiled->scratchBytes());
    for (int tile = 0; tile < tiled->tiles(); ++tile)
        if (!tiled->run(tile, a, b, c, scratch.threads[0].data()))
            return refused();
    return {};
}

Expected<void> multiply(const ProductShape& wanted, const void* a, const void* b, void* c, ThreadPool& pool,
                        ProductScratch& scratch) {
    const auto shape = checked(wanted);
    if (!shape)
        return failure(shape.error());
    const auto tiled = TiledProduct::make(*shape, pool.size());
    if (!tiled)
        return failure(tiled.error());
    if (scratch.threads.size() < static_cast<std::size_t>(pool.size()))
        scratch.threads.resize(static_cast<std::size_t>(pool.size()));
    for (auto& memory : scratch.threads)
        memory.ensure(tiled->scratchBytes());
    // Tiles are claimed one by one, so a thread that another program slows down does fewer of them.
    std::atomic<int> next{0};
    std::atomic<bool> isOk{true};
    pool.run([&](int thread) {
        std::byte* memory = scratch.threads[static_cast<std::size_t>(thread)].data();
        for (int tile = next++; tile < tiled->tiles(); tile = next++)
            if (!tiled->run(tile, a, b, c, memory))
                isOk = false;
    });
    if (!isOk)
        return refused();
    return {};
}

} // namespace engine
