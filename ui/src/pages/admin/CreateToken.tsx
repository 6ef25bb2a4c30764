import { Button, Modal, SegmentedControl, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { call } from "../../api/client.ts";
import type { Role } from "../../api/types.ts";
import { Command } from "../../parts/Command.tsx";
import { ErrorBox } from "../../parts/ErrorBox.tsx";
import { useWords } from "../../words/words.ts";
import classes from "./admin.module.css";

const ROLES: readonly Role[] = ["viewer", "writer", "engineer", "admin"];

/** Makes a token and shows its secret once. */
export function CreateToken() {
  const words = useWords();
  const client = useQueryClient();
  const [opened, setOpened] = useState(false);
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("writer");
  const create = useMutation({
    mutationFn: () => call("post", "/api/v1/tokens", { body: { name, role } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["tokens"] }),
  });
  const close = () => {
    setOpened(false);
    setName("");
    create.reset();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate();
  };
  return (
    <>
      <Button size="compact-xs" variant="default" onClick={() => setOpened(true)}>
        {words.admin.create}
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        title={create.data ? words.admin.secretTitle : words.admin.create}
        centered
        closeButtonProps={{ "aria-label": words.common.close }}
      >
        {create.data ? (
          <div className={classes.form}>
            <p>{words.admin.secretHint}</p>
            <Command text={create.data.secret} />
          </div>
        ) : (
          <form className={classes.form} onSubmit={submit}>
            <TextInput
              label={words.admin.newName}
              value={name}
              data-autofocus
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <SegmentedControl
              aria-label={words.admin.role}
              value={role}
              onChange={(value) => setRole(value as Role)}
              data={ROLES.map((one) => ({ value: one, label: words.admin.roles[one] }))}
            />
            {create.error ? <ErrorBox error={create.error} /> : null}
            <Button type="submit" loading={create.isPending}>
              {words.admin.create}
            </Button>
          </form>
        )}
      </Modal>
    </>
  );
}
