import { execFile } from 'node:child_process';

/** A notification on the desktop of the user. */
export interface Notice {
  /** The same for what takes the place of an earlier one. */
  key: string;
  urgency: 'low' | 'normal' | 'critical';
  title: string;
  body: string;
}

export interface Command {
  program: string;
  args: string[];
  env?: Record<string, string>;
}

/**
 * The program of a platform that shows a notification, with its arguments: texts are arguments or variables of their own, never
 * part of a command line or a script. `replaces` is what the program printed for the notice that it takes the place of.
 */
export function noticeCommand(platform: NodeJS.Platform, notice: Notice, replaces: string | undefined): Command {
  const { key, urgency, title, body } = notice;
  if (platform === 'darwin') {
    const script = ['on run argv', 'display notification (item 2 of argv) with title (item 1 of argv)', 'end run'];
    return { program: 'osascript', args: [...script.flatMap((line) => ['-e', line]), '--', title, body] };
  }
  if (platform === 'win32') {
    return {
      program: 'powershell.exe',
      args: ['-NoProfile', '-NonInteractive', '-Command', TOAST],
      env: { LEEWAY_TITLE: title, LEEWAY_BODY: body, LEEWAY_TAG: key.slice(-16) },
    };
  }
  return {
    program: 'notify-send',
    args: [
      '--app-name=Leeway',
      `--urgency=${urgency}`,
      '--print-id',
      ...(replaces !== undefined && /^\d+$/.test(replaces) ? [`--replace-id=${replaces}`] : []),
      '--',
      title,
      // The body may have markup.
      body.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
    ],
  };
}

/** Takes its texts from the environment; a toast with the tag of an earlier one takes its place. */
const TOAST = `
$ErrorActionPreference = 'Stop'
[void][Windows.UI.Notifications.ToastNotificationManager, Windows.UI.Notifications, ContentType = WindowsRuntime]
$manager = [Windows.UI.Notifications.ToastNotificationManager]
$xml = $manager::GetTemplateContent([Windows.UI.Notifications.ToastTemplateType]::ToastText02)
$texts = $xml.GetElementsByTagName('text')
[void]$texts.Item(0).AppendChild($xml.CreateTextNode($env:LEEWAY_TITLE))
[void]$texts.Item(1).AppendChild($xml.CreateTextNode($env:LEEWAY_BODY))
$toast = New-Object Windows.UI.Notifications.ToastNotification $xml
$toast.Tag = $env:LEEWAY_TAG
$toast.Group = 'Leeway'
$app = '{1AC14E77-02E7-4E5D-B744-2EB1AE5198B7}\\WindowsPowerShell\\v1.0\\powershell.exe'
$manager::CreateToastNotifier($app).Show($toast)
`;

/** Runs a program without a shell, and gives what it printed. */
export function runProgram({ program, args, env }: Command): Promise<string> {
  return new Promise((done, fail) => {
    execFile(program, args, { timeout: 10_000, env: { ...process.env, ...env } }, (error, stdout) => {
      if (error) fail(error);
      else done(stdout.trim());
    });
  });
}
