#include "engine/operations/products/dense/cublaslt.h"

#include <cublasLt.h>
#include <dlfcn.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <tuple>

namespace engine::cuda {

namespace {

// The functions that are used, with the types that the header gives them.
struct Functions {
    decltype(&cublasLtCreate) create = nullptr;
    decltype(&cublasLtDestroy) destroy = nullptr;
    decltype(&cublasLtMatmulDescCreate) createProduct = nullptr;
    decltype(&cublasLtMatmulDescDestroy) destroyProduct = nullptr;
    decltype(&cublasLtMatmulDescSetAttribute) setProduct = nullptr;
    decltype(&cublasLtMatrixLayoutCreate) createLayout = nullptr;
    decltype(&cublasLtMatrixLayoutDestroy) destroyLayout = nullptr;
    decltype(&cublasLtMatmulPreferenceCreate) createPreference = nullptr;
    decltype(&cublasLtMatmulPreferenceDestroy) destroyPreference = nullptr;
    decltype(&cublasLtMatmulPreferenceSetAttribute) setPreference = nullptr;
    decltype(&cublasLtMatmulAlgoGetHeuristic) findAlgorithm = nullptr;
    decltype(&cublasLtMatmul) multiply = nullptr;

    // False if one is missing.
    bool load(void* library) {
        const auto get = [&](auto& function, const char* name) {
            function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(library, name));
            return function != nullptr;
        };
        return get(create, "cublasLtCreate") && get(destroy, "cublasLtDestroy") &&
               get(createProduct, "cublasLtMatmulDescCreate") &&
               get(destroyProduct, "cublasLtMatmulDescDestroy") &&
               get(setProduct, "cublasLtMatmulDescSetAttribute") &&
               get(createLayout, "cublasLtMatrixLayoutCreate") &&
               get(destroyLayout, "cublasLtMatrixLayoutDestroy") &&
               get(createPreference, "cublasLtMatmulPreferenceCreate") &&
               get(destroyPreference, "cublasLtMatmulPreferenceDestroy") &&
               get(setPreference, "cublasLtMatmulPreferenceSetAttribute") &&
               get(findAlgorithm, "cublasLtMatmulAlgoGetHeuristic") && get(multiply, "cublasLtMatmul");
    }
};

// Lets go of one of the library's objects.
template <class Object>
using Owner = std::unique_ptr<std::remove_pointer_t<Object>, cublasStatus_t (*)(Object)>;

// What the choice of an algorithm depends on.
using Shape = std::tuple<DataType, MatrixOrder, int, int, int, int, int, int, bool, std::uint32_t,
                         std::uint32_t, std::uint32_t, std::size_t>;

struct Prepared {
    Owner<cublasLtMatmulDesc_t> product;
    Owner<cublasLtMatrixLayout_t> weights, x, y;
    cublasLtMatmulAlgo_t algorithm{};
    bool exists = false;
};

// Prompts come in chunks of few lengths; past this something else is going on, and memory shall not grow with
// it.
constexpr std::size_t kMostShapes = 1024;

// The largest power of two up to 256 that the address is a multiple of, as the library wants to know it.
std::uint32_t alignmentOf(const void* address) {
    const auto bits = reinterpret_cast<std::uintptr_t>(address);
    return static_cast<std::uint32_t>(std::min<std::uintptr_t>(256, bits & (~bits + 1)));
}

cudaDataType_t libraryType(DataType type) {
    return type == DataType::Float16 ? CUDA_R_16F : type == DataType::BFloat16 ? CUDA_R_16BF : CUDA_R_32F;
}

class LoadedCublasLt final : public CublasLt {
public:
    LoadedCublasLt(void* library, const Functions& functions, cublasLtHandle_t handle)
        : m_library(library)
        , m_call(functions)
        , m_handle(handle) {}
    LoadedCublasLt(const LoadedCublasLt&) = delete;
    LoadedCublasLt& operator=(const LoadedCublasLt&) = delete;
    ~LoadedCublasLt() override {
        m_prepared.clear();
        m_call.destroy(m_handle);
        dlclose(m_library);
    }

    bool multiply(const LibraryProduct& product, Workspace workspace, const Stream& stream) override {
        const Prepared& prepared = prepare(product, workspace);
        const float one = 1;
        const float before = product.addsToY ? 1.0f : 0.0f;
        return prepared.exists &&
               m_call.multiply(m_handle, prepared.product.get(), &one, product.weights,
                               prepared.weights.get(), product.x, prepared.x.get(), &before, product.y,
                               prepared.y.get(), product.y, prepared.y.get(), &prepared.algorithm,
                               workspace.data, workspace.size, stream.handle) == CUBLAS_STATUS_SUCCESS;
    }

private:
    const Prepared& prepare(const LibraryProduct& product, Workspace workspace) {
        const Shape shape{product.type,           product.order,
                          product.rows,           product.columns,
                          product.tokens,         product.weightStride,
                          product.xStride,        product.yStride,
                          product.addsToY,        alignmentOf(product.weights),
                          alignmentOf(product.x), alignmentOf(product.y),
                          workspace.size};
        if (const auto known = m_prepared.find(shape); known != m_prepared.end())
            return known->second;
        if (m_prepared.size() >= kMostShapes)
            m_prepared.clear();
        return m_prepared.emplace(shape, choose(product, workspace)).first->second;
    }

    Owner<cublasLtMatrixLayout_t> layout(DataType type, int rows, int columns, int stride) const {
        cublasLtMatrixLayout_t made = nullptr;
        m_call.createLayout(&made, libraryType(type), static_cast<std::uint64_t>(rows),
                            static_cast<std::uint64_t>(columns), stride);
        return {made, m_call.destroyLayout};
    }

    // The library thinks in columns. To it y is [rows, tokens], the product of W, which it finds transposed
    // if it is row-major, and x [columns, tokens].
    Prepared choose(const LibraryProduct& product, Workspace workspace) const {
        const bool isRowMajor = product.order == MatrixOrder::RowMajor;
        cublasLtMatmulDesc_t made = nullptr;
        m_call.createProduct(&made, CUBLAS_COMPUTE_32F, CUDA_R_32F); // float32 stays float32, too
        Prepared prepared{
            {made, m_call.destroyProduct},
            isRowMajor ? layout(product.type, product.columns, product.rows, product.weightStride)
                       : layout(product.type, product.rows, product.columns, product.weightStride),
            layout(product.type, product.columns, product.tokens, product.xStride),
            layout(DataType::Float32, product.rows, product.tokens, product.yStride),
        };
        cublasLtMatmulPreference_t preference = nullptr;
        m_call.createPreference(&preference);
        const Owner<cublasLtMatmulPreference_t> ownedPreference(preference, m_call.destroyPreference);
        if (!prepared.product || !prepared.weights || !prepared.x || !prepared.y || !ownedPreference)
            return prepared;

        const cublasOperation_t transposed = isRowMajor ? CUBLAS_OP_T : CUBLAS_OP_N;
        bool isSet = m_call.setProduct(made, CUBLASLT_MATMUL_DESC_TRANSA, &transposed, sizeof transposed) ==
                     CUBLAS_STATUS_SUCCESS;
        const auto prefer = [&](cublasLtMatmulPreferenceAttributes_t attribute, const auto& value) {
            isSet = isSet && m_call.setPreference(preference, attribute, &value, sizeof value) ==
                                 CUBLAS_STATUS_SUCCESS;
        };
        prefer(CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, static_cast<std::uint64_t>(workspace.size));
        prefer(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, alignmentOf(product.weights));
        prefer(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, alignmentOf(product.x));
        prefer(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, alignmentOf(product.y));
        prefer(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES, alignmentOf(product.y));
        cublasLtMatmulHeuristicResult_t found{};
        int count = 0;
        prepared.exists =
            isSet &&
            m_call.findAlgorithm(m_handle, made, prepared.weights.get(), prepared.x.get(), prepared.y.get(),
                                 prepared.y.get(), preference, 1, &found, &count) == CUBLAS_STATUS_SUCCESS &&
            count > 0 && found.state == CUBLAS_STATUS_SUCCESS;
        prepared.algorithm = found.algo;
        return prepared;
    }

    void* m_library;
    Functions m_call;
    cublasLtHandle_t m_handle;
    std::map<Shape, Prepared> m_prepared;
};

} // namespace

std::unique_ptr<CublasLt> CublasLt::open() {
    for (const char* name : {"libcublasLt.so.13", "libcublasLt.so.12", "libcublasLt.so"}) {
        void* const library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
        if (library == nullptr)
            continue;
        Functions functions;
        cublasLtHandle_t handle = nullptr;
        if (functions.load(library) && functions.create(&handle) == CUBLAS_STATUS_SUCCESS)
            return std::make_unique<LoadedCublasLt>(library, functions, handle);
        dlclose(library);
    }
    return nullptr;
}

} // namespace engine::cuda
