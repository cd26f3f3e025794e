#include "tests/support/cuda_emulation/language/grid.h"
#include "tests/support/cuda_emulation/language/device_language.h"
#include "tests/support/cuda_emulation/language/fibers.h"

#include <array>
#include <bit>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace cuda_emulation {

uint3 g_threadIndex{}, g_blockIndex{};
dim3 g_blockSize, g_gridSize;

void fail(const char* format, ...) {
    std::fputs("cuda_emulation: ", stderr);
    std::va_list arguments;
    va_start(arguments, format);
    std::vfprintf(stderr, format, arguments);
    va_end(arguments);
    std::fputc('\n', stderr);
    std::fflush(stderr);
    std::abort();
}

namespace {

constexpr unsigned kLanes = 32;
constexpr unsigned kMostThreads = 1024;

// Lanes that come together for one mask. Two sets of values take turns: a quick lane may bring its next value
// while a slow one still reads the last, but not the one after.
struct Meeting {
    unsigned mask = 0;
    unsigned arrived = 0;
    const char* operation = "";
    unsigned turn = 0;
    std::array<WarpValues, 2> values;
};

struct Warp {
    unsigned live = 0;
    std::deque<Meeting> meetings; // a deque, as threads hold references while it grows
};

class ThreadSet {
public:
    void insert(unsigned number) {
        m_words[number / 64] |= std::uint64_t{1} << number % 64;
        ++m_members[number / 64];
        ++m_size;
    }
    // Takes out the member that has `rank` members below it.
    unsigned take(std::size_t rank) {
        unsigned word = 0;
        for (; m_members[word] <= rank; ++word)
            rank -= m_members[word];
        std::uint64_t bits = m_words[word];
        for (; rank > 0; --rank)
            bits &= bits - 1;
        m_words[word] &= ~(bits & -bits);
        --m_members[word];
        --m_size;
        return word * 64 + static_cast<unsigned>(std::countr_zero(bits));
    }
    [[nodiscard]] std::size_t size() const { return m_size; }

private:
    std::array<std::uint64_t, kMostThreads / 64> m_words{};
    std::array<std::uint8_t, kMostThreads / 64> m_members{}; // of each word
    std::size_t m_size = 0;
};

struct Block {
    const std::function<void()>* thread = nullptr;
    std::vector<uint3> indices; // of the threads
    unsigned size = 0;
    unsigned live = 0;
    unsigned arrived = 0; // at the block's barrier
    unsigned current = 0;
    ThreadSet ready, givingWay;
    std::vector<Warp> warps;
    std::array<const char*, kMostThreads> waitsFor; // null: does not wait
    std::array<bool, kMostThreads> waitsForBlock;
};

Block g_block;

uint3 indexOf(unsigned number) {
    const dim3 size = g_blockSize;
    return {number % size.x, number / size.x % size.y, number / size.x / size.y};
}

void release(unsigned number) {
    g_block.waitsFor[number] = nullptr;
    g_block.waitsForBlock[number] = false;
    g_block.ready.insert(number);
}

void closeBarrierIfComplete() {
    Block& block = g_block;
    if (block.arrived == 0 || block.arrived < block.live)
        return;
    block.arrived = 0;
    for (unsigned number = 0; number < block.size; ++number)
        if (block.waitsForBlock[number])
            release(number);
}

void closeMeetingIfComplete(unsigned warpNumber, Meeting& meeting) {
    if (meeting.arrived == 0 || (meeting.mask & g_block.warps[warpNumber].live & ~meeting.arrived) != 0)
        return;
    meeting.values[meeting.turn].lanes = meeting.arrived;
    for (unsigned lanes = meeting.arrived; lanes != 0; lanes &= lanes - 1)
        release(warpNumber * kLanes + static_cast<unsigned>(std::countr_zero(lanes)));
    meeting.arrived = 0;
    meeting.turn ^= 1;
}

Meeting& meetingFor(Warp& warp, unsigned mask) {
    for (Meeting& meeting : warp.meetings)
        if (meeting.mask == mask)
            return meeting;
    Meeting& meeting = warp.meetings.emplace_back();
    meeting.mask = mask;
    return meeting;
}

// What every fiber does, for one thread after another.
void runCurrentThread() {
    (*g_block.thread)();
    Block& block = g_block;
    const unsigned warpNumber = block.current / kLanes;
    Warp& warp = block.warps[warpNumber];
    warp.live &= ~(1u << block.current % kLanes);
    --block.live;
    closeBarrierIfComplete();
    for (Meeting& meeting : warp.meetings)
        closeMeetingIfComplete(warpNumber, meeting);
}

std::vector<std::unique_ptr<Fiber>>& fibers() {
    static std::vector<std::unique_ptr<Fiber>> fibers;
    return fibers;
}

[[noreturn]] void failForDeadlock() {
    std::map<std::string, unsigned> waiting; // how many threads wait, by what they wait for
    std::map<std::string, unsigned> first;
    for (unsigned number = 0; number < g_block.size; ++number) {
        if (const char* operation = g_block.waitsFor[number]) {
            ++waiting[operation];
            first.try_emplace(operation, number);
        }
    }
    std::string text;
    for (const auto& [operation, threads] : waiting) {
        const uint3 index = indexOf(first[operation]);
        text += (text.empty() ? "" : "; ") + std::to_string(threads) + " wait at " + operation +
                ", the first is thread (" + std::to_string(index.x) + ", " + std::to_string(index.y) + ", " +
                std::to_string(index.z) + ")";
    }
    fail("deadlock in block (%u, %u, %u): of %u threads %u have returned; %s", g_blockIndex.x, g_blockIndex.y,
         g_blockIndex.z, g_block.size, g_block.size - g_block.live, text.c_str());
}

void runBlock(Order& order) {
    Block& block = g_block;
    block.live = block.size;
    block.arrived = 0;
    block.warps.assign((block.size + kLanes - 1) / kLanes, {});
    for (unsigned number = 0; number < block.size; ++number) {
        block.warps[number / kLanes].live |= 1u << number % kLanes;
        release(number);
    }
    while (block.live > 0) {
        if (block.ready.size() == 0)
            std::swap(block.ready, block.givingWay);
        if (block.ready.size() == 0)
            failForDeadlock();
        block.current = block.ready.take(order.pick(block.ready.size()));
        g_threadIndex = block.indices[block.current];
        fibers()[block.current]->resume();
    }
}

} // namespace

void runGrid(dim3 gridSize, dim3 blockSize, const std::function<void()>& thread, Order order) {
    g_gridSize = gridSize;
    g_blockSize = blockSize;
    g_block.thread = &thread;
    g_block.size = blockSize.x * blockSize.y * blockSize.z;
    g_block.indices.resize(g_block.size);
    for (unsigned number = 0; number < g_block.size; ++number)
        g_block.indices[number] = indexOf(number);
    while (fibers().size() < g_block.size)
        fibers().push_back(std::make_unique<Fiber>(&runCurrentThread));
    const std::size_t plane = std::size_t{gridSize.x} * gridSize.y;
    for (const std::size_t number : order.arrangement(plane * gridSize.z)) {
        g_blockIndex = {static_cast<unsigned>(number % gridSize.x),
                        static_cast<unsigned>(number / gridSize.x % gridSize.y),
                        static_cast<unsigned>(number / plane)};
        runBlock(order);
    }
    g_block.thread = nullptr;
}

const WarpValues& meetWarp(const char* operation, unsigned mask, std::uint64_t value) {
    const unsigned number = g_block.current;
    const unsigned warpNumber = number / kLanes;
    if ((mask >> lane() & 1) == 0)
        fail("lane %u called %s with the mask %08x, which does not name it", lane(), operation, mask);
    Meeting& meeting = meetingFor(g_block.warps[warpNumber], mask);
    if (meeting.arrived == 0)
        meeting.operation = operation;
    else if (meeting.operation != operation && std::strcmp(meeting.operation, operation) != 0)
        fail("lanes of one warp met with the mask %08x at %s and at %s", mask, meeting.operation, operation);
    WarpValues& values = meeting.values[meeting.turn];
    values.value[lane()] = value;
    meeting.arrived |= 1u << lane();
    g_block.waitsFor[number] = operation;
    closeMeetingIfComplete(warpNumber, meeting);
    Fiber::suspend();
    return values;
}

void meetBlock(const char* operation) {
    g_block.waitsFor[g_block.current] = operation;
    g_block.waitsForBlock[g_block.current] = true;
    ++g_block.arrived;
    closeBarrierIfComplete();
    Fiber::suspend();
}

void giveWay() {
    g_block.givingWay.insert(g_block.current);
    Fiber::suspend();
}

unsigned lane() { return g_block.current % kLanes; }

unsigned liveLanes() { return g_block.warps[g_block.current / kLanes].live; }

} // namespace cuda_emulation
