#include "app/preferences/settings_store.h"

#include <QMetaObject>
#include <QSettings>

#include <utility>

namespace app {

namespace {

void write(QSettings& settings, const QHash<QString, QVariant>& values) {
    for (auto value = values.begin(); value != values.end(); ++value) {
        if (value->isValid())
            settings.setValue(value.key(), *value);
        else
            settings.remove(value.key());
    }
    settings.sync();
}

} // namespace

SettingsStore::SettingsStore(QSettings& settings, QObject* parent)
    : QObject(parent)
    , m_settings(settings)
    , m_delay(this) {
    for (const QString& key : settings.allKeys())
        m_values.insert(key, settings.value(key));
    m_delay.setSingleShot(true);
    m_delay.setInterval(kDelayMs);
    connect(&m_delay, &QTimer::timeout, this, [this] {
        if (m_context != nullptr)
            QMetaObject::invokeMethod(m_context, takeChanges(), Qt::QueuedConnection);
        else
            write(m_settings, std::exchange(m_unwritten, {}));
    });
}

SettingsStore::~SettingsStore() {
    if (!m_unwritten.isEmpty())
        write(m_settings, m_unwritten);
}

void SettingsStore::setValue(QAnyStringView key, const QVariant& value) {
    const QString name = key.toString();
    if (m_values.contains(name) && m_values.value(name) == value)
        return;
    m_values.insert(name, value);
    change(name, value);
}

void SettingsStore::remove(QAnyStringView key) {
    if (const QString name = key.toString(); m_values.remove(name) > 0)
        change(name, {});
}

void SettingsStore::change(const QString& key, const QVariant& value) {
    m_unwritten.insert(key, value);
    if (!m_delay.isActive())
        m_delay.start();
}

void SettingsStore::writeWhere(QObject& context) { m_context = &context; }

// The writing thread has a QSettings of its own, as one cannot be used by two threads. Qt keeps what is known
// of the file once for both.
std::function<void()> SettingsStore::takeChanges() {
    return [file = m_settings.fileName(), format = m_settings.format(),
            values = std::exchange(m_unwritten, {})] {
        if (values.isEmpty())
            return;
        QSettings settings(file, format);
        write(settings, values);
    };
}

void SettingsStore::flush() {
    m_delay.stop();
    if (QObject* const context = std::exchange(m_context, nullptr))
        QMetaObject::invokeMethod(context, takeChanges(), Qt::BlockingQueuedConnection);
    else if (!m_unwritten.isEmpty())
        write(m_settings, std::exchange(m_unwritten, {}));
}

} // namespace app
