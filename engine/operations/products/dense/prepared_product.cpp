#include "engine/operations/products/dense/matrix_product.h"

#include "engine/cpu/processor_level.h"

#include <oneapi/dnnl/dnnl.hpp>
#include <oneapi/dnnl/dnnl_version.h>

#include <omp.h>

#include <memory>
#include <mutex>
#include <new>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <utility>

namespace engine {

namespace {

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
    return dnnl::cpu_isa{}; // 0, no limit: "all" in oneDNN 2, "isa_default" in 3
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

} // namespace

Expected<ProductShape> checkedShape(ProductShape s) {
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
    const auto shape = checkedShape(wanted);
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
#if DNNL_VERSION_MAJOR >= 3 // Debian 13; 2 in Debian 12
        const dnnl::matmul::primitive_desc description(processor(), a, b, c, attributes);
#else
        const dnnl::matmul::primitive_desc description(dnnl::matmul::desc(a, b, c), attributes, processor());
#endif
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

} // namespace engine
