import { ActionIcon, Menu, useMantineColorScheme } from "@mantine/core";
import { IconCheck, IconUser } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "react-router";
import { call } from "../../api/client.ts";
import { useWords } from "../../words/words.ts";
import { usePlace } from "../place.ts";
import { useSettings } from "../settings.tsx";

const SCHEMES = ["light", "dark", "auto"] as const;

function tick(on: boolean) {
  return on ? <IconCheck size={16} /> : <span style={{ width: 16, display: "inline-block" }} />;
}

/** Look, language and the way out. */
export function AccountMenu() {
  const words = useWords();
  const { session } = usePlace();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const { language, setLanguage } = useSettings();
  const navigate = useNavigate();
  const client = useQueryClient();
  const names = { light: words.shell.light, dark: words.shell.dark, auto: words.shell.system };
  const signOut = async () => {
    await call("delete", "/api/v1/session");
    client.clear();
    navigate("/login");
  };
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size={32} aria-label={words.shell.menu}>
          <IconUser size={18} stroke={1.5} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{words.shell.signedInAs(session.name, session.role)}</Menu.Label>
        <Menu.Divider />
        <Menu.Label>{words.shell.look}</Menu.Label>
        {SCHEMES.map((scheme) => (
          <Menu.Item
            key={scheme}
            leftSection={tick(colorScheme === scheme)}
            onClick={() => setColorScheme(scheme)}
          >
            {names[scheme]}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Label>{words.shell.languageName}</Menu.Label>
        <Menu.Item leftSection={tick(language === "en")} onClick={() => setLanguage("en")}>
          English
        </Menu.Item>
        <Menu.Item leftSection={tick(language === "de")} onClick={() => setLanguage("de")}>
          Deutsch
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={tick(false)} onClick={() => void signOut()}>
          {words.shell.signOut}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
