#include "tests/support/cuda_emulation/language/fibers.h"
#include "tests/support/cuda_emulation/language/device_language.h"

#include <sys/mman.h>
#include <unistd.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define FIBERS_UNDER_ASAN
#endif
#if __has_feature(thread_sanitizer)
#define FIBERS_UNDER_TSAN
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define FIBERS_UNDER_ASAN
#endif
#if defined(__SANITIZE_THREAD__)
#define FIBERS_UNDER_TSAN
#endif
#if defined(FIBERS_UNDER_ASAN)
#include <sanitizer/common_interface_defs.h>
#endif
#if defined(FIBERS_UNDER_TSAN)
#include <sanitizer/tsan_interface.h>
#endif

#if defined(__x86_64__)

// Saves what a function must preserve and the stack pointer, then takes up the other stack where it left off.
// The control words of the floating point units are the same on all stacks.
asm(R"(
.pushsection .text
.globl cudaEmulationSwitchStack
.type cudaEmulationSwitchStack, @function
cudaEmulationSwitchStack:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
.size cudaEmulationSwitchStack, .-cudaEmulationSwitchStack
.popsection
)");
extern "C" void cudaEmulationSwitchStack(void** leave, void* enter);

namespace {

void* makePlace(char* stack, std::size_t bytes, void (*start)()) {
    // The six registers, the start as return address, and a null above it where a stack trace ends. With ten
    // words in all the start finds its stack aligned as after a call.
    auto** top = reinterpret_cast<void**>(stack + bytes) - 10;
    for (int i = 0; i < 10; ++i)
        top[i] = nullptr;
    top[6] = reinterpret_cast<void*>(start);
    return top;
}

void dropPlace(void*) {}

void switchPlaces(void*& leave, void*& enter) { cudaEmulationSwitchStack(&leave, enter); }

} // namespace

#else

#include <ucontext.h>

namespace {

void* makePlace(char* stack, std::size_t bytes, void (*start)()) {
    auto* context = new ucontext_t;
    getcontext(context);
    context->uc_stack.ss_sp = stack;
    context->uc_stack.ss_size = bytes;
    context->uc_link = nullptr;
    makecontext(context, start, 0);
    return context;
}

void dropPlace(void* place) { delete static_cast<ucontext_t*>(place); }

void switchPlaces(void*& leave, void*& enter) {
    if (leave == nullptr)
        leave = new ucontext_t;
    swapcontext(static_cast<ucontext_t*>(leave), static_cast<ucontext_t*>(enter));
}

} // namespace

#endif

namespace cuda_emulation {

namespace {

Fiber* g_running = nullptr;

std::size_t guardBytes() { return static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)); }

} // namespace

Fiber::Fiber(void (*run)())
    : m_run(run) {
    const std::size_t guard = guardBytes();
    m_mapping = ::mmap(nullptr, guard + kStackBytes, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (m_mapping == MAP_FAILED || ::mprotect(m_mapping, guard, PROT_NONE) != 0)
        fail("no memory for the stack of a thread");
    m_stack = static_cast<char*>(m_mapping) + guard;
    m_place = makePlace(m_stack, kStackBytes, &Fiber::main);
#if defined(FIBERS_UNDER_TSAN)
    m_tsanFiber = __tsan_create_fiber(0);
#endif
}

Fiber::~Fiber() {
    dropPlace(m_place);
#if !defined(__x86_64__)
    dropPlace(m_callersPlace);
#endif
#if defined(FIBERS_UNDER_TSAN)
    __tsan_destroy_fiber(m_tsanFiber);
#endif
    ::munmap(m_mapping, guardBytes() + kStackBytes);
}

void Fiber::resume() {
    g_running = this;
#if defined(FIBERS_UNDER_TSAN)
    m_callersTsanFiber = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(m_tsanFiber, 0);
#endif
#if defined(FIBERS_UNDER_ASAN)
    void* callersFakeStack = nullptr;
    __sanitizer_start_switch_fiber(&callersFakeStack, m_stack, kStackBytes);
#endif
    switchPlaces(m_callersPlace, m_place);
#if defined(FIBERS_UNDER_ASAN)
    __sanitizer_finish_switch_fiber(callersFakeStack, nullptr, nullptr);
#endif
}

void Fiber::suspend() {
    Fiber* self = g_running;
#if defined(FIBERS_UNDER_TSAN)
    __tsan_switch_to_fiber(self->m_callersTsanFiber, 0);
#endif
#if defined(FIBERS_UNDER_ASAN)
    __sanitizer_start_switch_fiber(&self->m_fakeStack, self->m_callersStack, self->m_callersStackBytes);
#endif
    switchPlaces(self->m_place, self->m_callersPlace);
#if defined(FIBERS_UNDER_ASAN)
    __sanitizer_finish_switch_fiber(self->m_fakeStack, &self->m_callersStack, &self->m_callersStackBytes);
#endif
}

void Fiber::main() { g_running->begin(); }

void Fiber::begin() {
#if defined(FIBERS_UNDER_ASAN)
    __sanitizer_finish_switch_fiber(nullptr, &m_callersStack, &m_callersStackBytes);
#endif
    for (;;) {
        m_run();
        suspend();
    }
}

} // namespace cuda_emulation
