// settings_store.h: the values of a QSettings: read from memory, written in another thread if there is one,
// since writing a settings file waits for the disk. What was set is in the file kDelayMs later, so that a
// program that is killed comes back with it.
// Threads: GUI thread only.
#pragma once

#include <QAnyStringView>
#include <QHash>
#include <QObject>
#include <QString>
#include <QTimer>
#include <QVariant>

#include <functional>

class QSettings;

namespace app {

class SettingsStore : public QObject {
    Q_OBJECT

public:
    static constexpr int kDelayMs = 250;

    // Reads everything once. `settings` must outlive the store, and is not to be changed by others.
    explicit SettingsStore(QSettings& settings, QObject* parent = nullptr);
    ~SettingsStore() override; // writes what is left, in this thread

    [[nodiscard]] bool contains(QAnyStringView key) const { return m_values.contains(key.toString()); }
    [[nodiscard]] QVariant value(QAnyStringView key, const QVariant& otherwise = {}) const {
        return m_values.value(key.toString(), otherwise);
    }
    void setValue(QAnyStringView key, const QVariant& value);
    void remove(QAnyStringView key);

    // From now on it is written in the thread where `context` lives, which must run until the next flush().
    void writeWhere(QObject& context);
    // Writes what is left, waits until it is in the file, and writes in this thread from now on.
    void flush();

private:
    using Values = QHash<QString, QVariant>; // an invalid value: the key goes

    void change(const QString& key, const QVariant& value);
    [[nodiscard]] std::function<void()> takeChanges(); // to be called where they are to be written

    QSettings& m_settings;
    Values m_values;
    Values m_unwritten;
    QObject* m_context = nullptr; // lives in the writing thread; null: this one writes
    QTimer m_delay;
};

} // namespace app
