// qt_order.cpp: tells ThreadSanitizer in which order Qt runs things in different threads. The README beside
// it says how, what is found this way and what is not.
// Each function here takes the place of Qt's own of that name in the whole program, tells the order, and
// calls Qt's. Threads: any.
#include <QArrayData>
#include <QCoreApplication>
#include <QDeadlineTimer>
#include <QEvent>
#include <QMutex>
#include <QObject>
#include <QRunnable>
#include <QThread>
#include <QThreadPool>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <utility>

#include <dlfcn.h>
#include <sanitizer/tsan_interface.h>

extern "C" {
// Of ThreadSanitizer, without a header.
void AnnotateIgnoreWritesBegin(const char* file, int line);
void AnnotateIgnoreWritesEnd(const char* file, int line);
}

namespace {

// Qt's own function. Members are called with their object first, as the ABI has it.
template <class Function> Function* theirs(const char* name) {
    void* const found = dlsym(RTLD_NEXT, name);
    if (found == nullptr)
        qFatal("tsan_qt: Qt has no %s any more", name);
    return reinterpret_cast<Function*>(found);
}

// All that this thread did is before what follows comesAfter(place) in another. A place is only a name.
void comesBefore(const void* place) { __tsan_release(const_cast<void*>(place)); }
void comesAfter(const void* place) { __tsan_acquire(const_cast<void*>(place)); }

// While it lives, its thread may post calls that are known by `place`: their sender, or what is to be
// deleted. Qt makes a call and posts it in one go, so the other thread may have it before this one has told
// that the call is made. It waits then.
class Posting {
public:
    explicit Posting(const void* place)
        : m_place(place)
        , m_outer(mine().exchange(place, std::memory_order_relaxed)) {
        comesBefore(m_place);
    }
    ~Posting() {
        comesBefore(m_place);
        mine().store(m_outer, std::memory_order_relaxed);
    }
    Posting(const Posting&) = delete;
    Posting& operator=(const Posting&) = delete;

    // In the thread that has got such a call. A slot that runs within the signal may take long, so not for
    // ever.
    static void await(const void* place) {
        const QDeadlineTimer longest(kLongestWait);
        const auto isPosted = [place](const Place& other) {
            return &other != &mine() && other.load(std::memory_order_relaxed) == place;
        };
        while (std::ranges::any_of(s_places, isPosted) && !longest.hasExpired())
            QThread::yieldCurrentThread();
        comesAfter(place);
    }

private:
    using Place = std::atomic<const void*>; // relaxed, so that ThreadSanitizer sees no order in it
    static constexpr std::size_t kMostThreads = 256;
    static constexpr std::chrono::milliseconds kLongestWait{200};

    // A thread's own place, from its first call to its end.
    class Own {
    public:
        Own() {
            while (s_isTaken.at(m_index).exchange(true, std::memory_order_relaxed))
                ++m_index;
        }
        ~Own() { s_isTaken[m_index].store(false, std::memory_order_relaxed); }
        Own(const Own&) = delete;
        Own& operator=(const Own&) = delete;
        [[nodiscard]] Place& place() const { return s_places[m_index]; }

    private:
        std::size_t m_index = 0;
    };
    static Place& mine() {
        thread_local const Own own;
        return own.place();
    }

    static inline std::array<Place, kMostThreads> s_places{};
    static inline std::array<std::atomic<bool>, kMostThreads> s_isTaken{};

    const void* m_place;
    const void* m_outer;
};

constexpr std::size_t kPlainEventWords = sizeof(QEvent) / sizeof(void*);
constexpr std::size_t kCallEventWords = kPlainEventWords + 3; // QAbstractMetaCallEvent has that in any case

// Events are looked at unseen by ThreadSanitizer, as what orders them is known only from what they hold.
struct OpenedEvent : QEvent {
    __attribute__((no_sanitize_thread)) static QEvent::Type typeOf(const QEvent& event) {
        return static_cast<QEvent::Type>(event.*(&OpenedEvent::t));
    }
};

__attribute__((no_sanitize_thread)) const void* wordOf(const QEvent& event, std::size_t index) {
    return reinterpret_cast<const void* const*>(&event)[index];
}

// The header of queued calls' events is private. Where they keep their sender is seen at one whose sender is
// known.
class SenderProbe : public QObject {
public:
    explicit SenderProbe(const QObject& sender)
        : m_sender(sender) {}
    bool event(QEvent* event) override {
        for (std::size_t i = kPlainEventWords;
             OpenedEvent::typeOf(*event) == QEvent::MetaCall && i < kCallEventWords; ++i)
            if (wordOf(*event, i) == &m_sender)
                m_found = i;
        return true;
    }
    [[nodiscard]] std::size_t found() const { return m_found; }

private:
    const QObject& m_sender;
    std::size_t m_found = 0;
};

std::size_t findSenderWord() {
    QObject sender;
    SenderProbe probe(sender);
    QObject::connect(
        &sender, &QObject::objectNameChanged, &probe, [] {}, Qt::QueuedConnection);
    sender.setObjectName(QStringLiteral("sender"));
    QCoreApplication::sendPostedEvents(&probe, QEvent::MetaCall);
    if (probe.found() == 0)
        qFatal("tsan_qt: this Qt keeps the sender of a queued call elsewhere");
    return probe.found();
}

// Null for a call by invokeMethod(), which OrderedSlot knows of.
const void* senderOf(const QEvent& call) {
    static const std::size_t word = findSenderWord();
    return wordOf(call, word);
}

// A function that another thread is asked to call.
class OrderedSlot : public QtPrivate::QSlotObjectBase {
public:
    explicit OrderedSlot(QtPrivate::QSlotObjectBase* slot)
        : QSlotObjectBase(&OrderedSlot::act)
        , m_slot(slot) {}
    void tellStart() const { comesBefore(&m_start); }
    void awaitAnswer() const { comesAfter(&m_answer); }

private:
    static void act(int what, QSlotObjectBase* self, QObject* receiver, void** arguments, bool* isEqual) {
        auto* const ordered = static_cast<OrderedSlot*>(self);
        comesAfter(&ordered->m_start);
        if (what == Destroy) { // by either thread, whichever is done with it last
            ordered->awaitAnswer();
            ordered->m_slot->destroyIfLastRef();
            delete ordered;
        } else if (what == Call) {
            ordered->m_slot->call(receiver, arguments);
            comesBefore(&ordered->m_answer);
        } else {
            *isEqual = false; // these are never compared
        }
    }

    QSlotObjectBase* m_slot;
    std::uint64_t m_start = 0; // places
    std::uint64_t m_answer = 0;
};

// A pool's task.
class OrderedTask : public QRunnable {
public:
    OrderedTask(const QThreadPool& pool, std::function<void()> work)
        : m_pool(pool)
        , m_work(std::move(work)) {
        comesBefore(this);
    }
    void run() override {
        comesAfter(this);
        m_work();
        m_work = nullptr;
        comesBefore(&m_pool);
    }

private:
    const QThreadPool& m_pool;
    std::function<void()> m_work;
};

} // namespace

// A signal, with all calls of it that are posted.
void QMetaObject::activate(QObject* sender, const QMetaObject* object, int signal, void** arguments) {
    static auto* const real = theirs<void(QObject*, const QMetaObject*, int, void**)>(
        "_ZN11QMetaObject8activateEP7QObjectPKS_iPPv");
    const Posting posting(sender);
    real(sender, object, signal, arguments);
}

bool QMetaObject::invokeMethodImpl(QObject* receiver, QtPrivate::QSlotObjectBase* slot,
                                   Qt::ConnectionType type, void* result) {
    static auto* const real = theirs<bool(QObject*, QtPrivate::QSlotObjectBase*, Qt::ConnectionType, void*)>(
        "_ZN11QMetaObject16invokeMethodImplEP7QObjectPN9QtPrivate15QSlotObjectBaseEN2Qt14ConnectionTypeEPv");
    auto* const ordered = new OrderedSlot(slot);
    ordered->tellStart();
    if (type != Qt::BlockingQueuedConnection)
        return real(receiver, ordered, type, result);
    ordered->ref(); // or it would be deleted before the answer is known
    const bool isDone = real(receiver, ordered, type, result);
    ordered->awaitAnswer();
    ordered->destroyIfLastRef();
    return isDone;
}

void QObject::deleteLater() {
    static auto* const real = theirs<void(QObject*)>("_ZN7QObject11deleteLaterEv");
    const Posting posting(this);
    real(this);
}

// The other end of signals and deleteLater(). What a thread did in its events is before the end of a wait for
// it.
bool QObject::event(QEvent* event) {
    static auto* const real = theirs<bool(QObject*, QEvent*)>("_ZN7QObject5eventEP6QEvent");
    const QEvent::Type type = OpenedEvent::typeOf(*event);
    if (type == QEvent::DeferredDelete)
        Posting::await(this);
    else if (const void* const sender = type == QEvent::MetaCall ? senderOf(*event) : nullptr)
        Posting::await(sender);
    const bool isKnown = real(this, event);
    comesBefore(QThread::currentThread());
    return isKnown;
}

// QThread::create(): the function's end is before the end of a wait for it.
QThread* QThread::createThreadImpl(std::future<void>&& work) {
    static auto* const real =
        theirs<QThread*(std::future<void> &&)>("_ZN7QThread16createThreadImplEOSt6futureIvE");
    return real(std::async(std::launch::deferred, [work = std::move(work)]() mutable {
        work.get();
        comesBefore(QThread::currentThread());
    }));
}

bool QThread::wait(QDeadlineTimer deadline) {
    static auto* const real = theirs<bool(QThread*, QDeadlineTimer)>("_ZN7QThread4waitE14QDeadlineTimer");
    const bool hasEnded = real(this, deadline);
    if (hasEnded)
        comesAfter(this);
    return hasEnded;
}

void QThreadPool::start(std::function<void()> work, int priority) {
    start(new OrderedTask(*this, std::move(work)), priority);
}

bool QThreadPool::waitForDone(int milliseconds) {
    static auto* const real = theirs<bool(QThreadPool*, int)>("_ZN11QThreadPool11waitForDoneEi");
    const bool areDone = real(this, milliseconds);
    if (areDone)
        comesAfter(this);
    return areDone;
}

// A mutex that nobody holds is taken by inline code, which is instrumented; one that is held, in here.
void QBasicMutex::lockInternal() noexcept {
    static auto* const real = theirs<void(QBasicMutex*)>("_ZN11QBasicMutex12lockInternalEv");
    real(this);
    comesAfter(this);
}

void QBasicMutex::unlockInternal() noexcept {
    static auto* const real = theirs<void(QBasicMutex*)>("_ZN11QBasicMutex14unlockInternalEv");
    comesBefore(this);
    real(this);
}

// Qt's shared classes write where they are, without a copy, once they are the only ones left: a relaxed load
// says so, on which a write depends. Other threads have given up their references by a release before.
extern "C" __attribute__((no_sanitize_thread)) unsigned __tsan_atomic32_load(const volatile void* where,
                                                                             int order) {
    static auto* const real = theirs<unsigned(const volatile void*, int)>("__tsan_atomic32_load");
    return real(where, order == __ATOMIC_RELAXED ? __ATOMIC_ACQUIRE : order);
}

// The last of them to go frees the memory. Those before may have gone in Qt's own code, where their release
// is not seen, so that this is no write.
void QArrayData::deallocate(QArrayData* data, qsizetype objectSize, qsizetype alignment) noexcept {
    static auto* const real =
        theirs<void(QArrayData*, qsizetype, qsizetype)>("_ZN10QArrayData10deallocateEPS_xx");
    AnnotateIgnoreWritesBegin(__FILE__, __LINE__);
    real(data, objectSize, alignment);
    AnnotateIgnoreWritesEnd(__FILE__, __LINE__);
}
